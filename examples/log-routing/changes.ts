/**
 * `millrace plan` and `millrace apply` over the statements of this example: a server from nothing, five changes of a running pipeline, and a
 * rollback. docs/changing-queries.md shows what it prints. Exits with 0 if each step ends as it should.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { Client } from '../../src/cli/client/client.ts'
import { PENDING, runApply, runPlan } from '../../src/cli/commands/deploy.ts'
import { sleep, systemTimer } from '../../src/clock.ts'
import { freePort } from '../../test/support/free-port.ts'
import { startServerProcess } from '../support/server-process.ts'

interface Edit {
  readonly what: string
  readonly from: string
  readonly to: string
}

const EDITS: readonly Edit[] = [
  {
    what: 'A condition changes: users of LA that come from the web only.',
    from: "SELECT * FROM user_logs WHERE state = 'LA'",
    to: "SELECT * FROM user_logs WHERE state = 'LA' AND source = 'web'",
  },
  {
    what: 'A column goes: CA does not want the whole line.',
    from: "SELECT * FROM user_logs WHERE state = 'CA'",
    to: "SELECT host, state, team, source, userid, action FROM user_logs WHERE state = 'CA'",
  },
  {
    what: 'Another aggregate in the place of one: the longest line instead of the bytes.',
    from: 'SELECT state, COUNT(*) AS logs, SUM(CAST(LEN(line) AS BIGINT)) AS bytes FROM user_logs',
    to: 'SELECT state, COUNT(*) AS logs, MAX(CAST(LEN(line) AS BIGINT)) AS bytes FROM user_logs',
  },
  {
    what: 'A table counts something else: machine logs that matter.',
    from: 'AS bytes FROM machine_logs GROUP BY team',
    to: 'AS bytes FROM machine_logs WHERE severity < 6 GROUP BY team',
  },
  {
    what: 'A join is added: the columns stay, but only hosts that are known count.',
    from: '  FROM syslog\n  WHERE priority % 8 = 7\n',
    to: '  FROM syslog JOIN hosts ON syslog.host = hosts.host\n  WHERE priority % 8 = 7\n',
  },
]

/** Seconds for one step. */
const TIMEOUT = 60

class Run {
  readonly #folder = mkdtempSync(join(tmpdir(), 'millrace-pipeline-'))
  readonly #file = join(this.#folder, 'statements.sql')
  readonly #url: string
  readonly #port: number
  #text = readFileSync(join(import.meta.dirname, 'statements.sql'), 'utf8')

  constructor(url: string, port: number) {
    this.#url = url
    this.#port = port
  }

  edit({ what, from, to }: Edit): void {
    if (!this.#text.includes(from)) throw new Error(`statements.sql does not have what is to be changed: ${from}`)
    this.#text = this.#text.replace(from, to)
    print(`\n# ${what}`)
  }

  plan(expected: number): Promise<void> {
    return this.#command('plan', expected, [], (io) => runPlan(this.#folder, this.#options, io))
  }

  apply(): Promise<void> {
    const options = { ...this.#options, dryRun: false, yes: true, tests: true, timeout: TIMEOUT }
    return this.#command('apply', 0, ['--yes'], (io) => runApply(this.#folder, options, io))
  }

  close(): void {
    rmSync(this.#folder, { recursive: true })
  }

  get #options() {
    return { server: this.#url, define: [`port=${this.#port}`], prune: false }
  }

  async #command(
    name: string,
    expected: number,
    flags: readonly string[],
    run: (io: Parameters<typeof runPlan>[2]) => Promise<number>,
  ): Promise<void> {
    writeFileSync(this.#file, this.#text)
    print(`$ ${['millrace', name, 'pipeline', ...flags].join(' ')}`)
    const out = new Writable({
      write: (chunk, _, done) => {
        process.stdout.write(String(chunk).replaceAll(`${this.#folder}/`, ''))
        done()
      },
    })
    const io = { out, err: process.stderr, timer: systemTimer, confirm: null, runTests: async () => 0 }
    const code = await run(io)
    print(`(exit code ${code})`)
    if (code !== expected) throw new Error(`The exit code is ${code} and not ${expected}.`)
  }
}

const print = (line: string): void => void process.stdout.write(`${line}\n`)

async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-pipeline-files-'))
  const server = await startServerProcess(null, { 'millrace.connectors.directories': directory })
  const run = new Run(server.url, await freePort())
  try {
    print('# From nothing.')
    await run.plan(PENDING)
    await run.apply()
    await run.plan(0)
    for (const edit of EDITS) {
      run.edit(edit)
      await run.plan(PENDING)
      await run.apply()
    }
    print('\n# The third change was a mistake.\n$ millrace cli -e "ROLLBACK user_volume;"')
    const client = new Client(server.url)
    const [answer] = await client.execute('ROLLBACK user_volume;')
    if (answer?.['@type'] === 'currentStatus') print(answer.commandStatus.message)
    await untilRolledBack(client)
    await run.plan(PENDING)
  } finally {
    run.close()
    await server.stop()
    rmSync(directory, { recursive: true })
  }
}

async function untilRolledBack(client: Client): Promise<void> {
  for (const end = systemTimer.elapsed() + TIMEOUT * 1000; systemTimer.elapsed() < end; ) {
    const [entity] = await client.execute('DESCRIBE user_volume;')
    const isBack = entity?.['@type'] === 'sourceDescription' && entity.sourceDescription.statement.includes('SUM(')
    if (isBack) return
    await sleep(systemTimer, 100)
  }
  throw new Error('The former version has not come back.')
}

if (import.meta.main) await main()
