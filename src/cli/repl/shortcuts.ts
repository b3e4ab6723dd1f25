/** Commands as psql and DuckDB have them: lists of what exists, forms of answers, statements again and again, files in and out. */
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { Readable } from 'node:stream'
import { sleep } from '../../clock.ts'
import { ClientError } from '../client/client-error.ts'
import { counted } from '../output/counted.ts'
import { ROW_WRITERS } from '../output/row-writer.ts'
import { columnNames } from '../output/schema-text.ts'
import { unquote } from '../read-script.ts'
import { findTarget } from '../rows/find-target.ts'
import { Upload } from '../rows/upload.ts'
import type { Run } from '../run.ts'
import { runScript } from '../run-script.ts'
import { runStatement } from '../run-statement.ts'
import { parseSwitch } from './arguments.ts'
import { type BuiltInCommand, say } from './built-in-command.ts'
import { runTop } from './query-top.ts'

/** Lists by statements; with a name, what DESCRIBE or EXPLAIN says of it. */
const LISTS: readonly (readonly [name: string, what: string, statements: readonly string[], one: string])[] = [
  ['\\d', 'streams and tables', ['SHOW STREAMS;', 'SHOW TABLES;'], 'DESCRIBE'],
  ['\\ds', 'streams', ['SHOW STREAMS;'], 'DESCRIBE'],
  ['\\dt', 'tables', ['SHOW TABLES;'], 'DESCRIBE'],
  ['\\dq', 'queries', ['SHOW QUERIES;'], 'EXPLAIN'],
  ['\\df', 'functions', ['SHOW FUNCTIONS;'], 'DESCRIBE FUNCTION'],
  ['\\dc', 'connectors', ['SHOW CONNECTORS;'], 'DESCRIBE CONNECTOR'],
]

const list = ([name, what, statements, one]: (typeof LISTS)[number]): BuiltInCommand => ({
  name,
  usage: `${name} [NAME]`,
  help: `Lists ${what}, or describes one.`,
  async run(argument, { run }) {
    const described = argument === '' ? statements : [`${one} ${argument};`]
    for (const statement of described) await runStatement(statement, run)
    return undefined
  },
})

export const SHORTCUTS: readonly BuiltInCommand[] = LISTS.map(list)

const MODES = ['table', 'line', ...Object.keys(ROW_WRITERS)]

export const mode: BuiltInCommand = {
  name: '.mode',
  usage: `.mode [${MODES.join('|')}]`,
  help: 'Shows or sets the form of rows: tables, a line per column, or text for programs and documents.',
  run(argument, context) {
    const { display } = context.run.session
    const name = argument.toLowerCase()
    if (name === '') return say(context, display.rowForm ?? (display.expanded === 'ON' ? 'line' : 'table'))
    if (!MODES.includes(name)) throw new ClientError(`There is no mode '${argument}'. Modes: ${MODES.join(', ')}.`)
    display.format = 'TABULAR'
    display.rowForm = name in ROW_WRITERS ? name : null
    if (display.rowForm === null) display.expanded = name === 'line' ? 'ON' : 'AUTO'
    return undefined
  },
}

export const live: BuiltInCommand = {
  name: '\\live',
  usage: '\\live [ON|OFF]',
  help: "Sets whether a push query over a table draws each key's row over the former one; ON at first.",
  run(argument, context) {
    const { display } = context.run.session
    display.isLive = argument === '' ? !display.isLive : parseSwitch(argument)
    return say(context, `Live tables: ${display.isLive ? 'ON' : 'OFF'}`)
  },
}

export const top: BuiltInCommand = {
  name: '\\top',
  usage: '\\top',
  help: 'Shows the running queries with their rates and lags, again each second, until Ctrl-C.',
  async run(_argument, { run }) {
    if (!run.screen.isTerminal) throw new ClientError('\\top draws on a terminal only. SHOW QUERIES; lists queries.')
    await runTop(run)
    return undefined
  },
}

const WATCH_SECONDS = 2

export const watch: BuiltInCommand = {
  name: '\\watch',
  usage: '\\watch [SECONDS]',
  help: 'Runs the statement before it again and again, until Ctrl-C; every two seconds by default.',
  async run(argument, { run, lastStatement }) {
    const seconds = argument === '' ? WATCH_SECONDS : Number(argument)
    if (!(seconds > 0)) throw new ClientError(`'${argument}' is no number of seconds. ${watch.usage}`)
    if (lastStatement === null) throw new ClientError('There is no statement to run again. Run it once first.')
    const { session, screen, signal } = run
    while (!signal.aborted) {
      await screen.line(`every ${seconds} s: ${lastStatement.replaceAll(/\s+/g, ' ')}`)
      await runStatement(lastStatement, run)
      await sleep(session.timer, seconds * 1000, { signal })
    }
    return undefined
  },
}

export const copy: BuiltInCommand = {
  name: '\\copy',
  usage: "\\copy (SELECT ...) to 'FILE' | \\copy NAME from 'FILE'",
  help: 'Writes the rows of a query into a file, or the rows of a file into a stream or table: CSV, TSV or JSON lines, by the extension.',
  async run(argument, { run }) {
    const out = /^\((.*)\)\s+to\s+('.*'|\S+)$/is.exec(argument)
    if (out !== null) return copyOut(out[1]!, unquote(out[2]!), run)
    const into = /^(\S+)\s+from\s+('.*'|\S+)$/is.exec(argument)
    if (into !== null) return copyIn(into[1]!, unquote(into[2]!), run)
    throw new ClientError(`Write ${copy.usage}.`)
  },
}

/** Forms of files by their extensions; others are JSON lines. */
const FILE_FORMS: Readonly<Record<string, string>> = { '.csv': 'csv', '.tsv': 'tsv', '.md': 'markdown' }

async function copyOut(sql: string, path: string, { session, screen, signal }: Run): Promise<undefined> {
  const writer = ROW_WRITERS[FILE_FORMS[extname(path).toLowerCase()] ?? 'json']!()
  const file = createWriteStream(path)
  await once(file, 'open').catch((error: Error) => {
    throw new ClientError(`Cannot write ${path}: ${error.message}`, { cause: error })
  })
  let rows = 0
  const write = async (text: string) => {
    if (!file.write(`${text}\n`)) await once(file, 'drain')
  }
  try {
    for await (const element of session.client.query(`${sql.replace(/;\s*$/, '')};`, session.queryOptions(signal))) {
      if (element.kind === 'notice') await screen.error(`WARNING: ${element.message}`)
      if (element.kind === 'header') {
        const header = writer.header(columnNames(element.header.schema))
        if (header !== null) await write(header)
      }
      if (element.kind !== 'row') continue
      await write(writer.row(element.columns))
      rows++
    }
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    await new Promise<void>((resolve) => file.end(() => resolve()))
  }
  await screen.line(`${counted(rows, 'row')} written to ${path}.`)
  return undefined
}

async function copyIn(name: string, path: string, { session, screen, signal }: Run): Promise<undefined> {
  const target = await findTarget(session.client, name.replaceAll('`', ''), 'Make one first')
  const options = { header: [], skipErrors: false, resume: false }
  await new Upload(session.client, target, path, options, {
    stdin: Readable.from([]),
    err: { isTTY: screen.isTerminal, write: (text) => screen.partOfLine(text) },
    timer: session.timer,
    signal,
    toContinue: `run millrace produce ${name} ${path} --resume in a shell`,
  }).run()
  return undefined
}

export const edit: BuiltInCommand = {
  name: '\\e',
  usage: '\\e',
  help: 'Opens the statement before it in $VISUAL, $EDITOR or vi, and runs what is saved there.',
  async run(_argument, { run, lastStatement, withTerminal }) {
    const [command = 'vi', ...given] = (process.env['VISUAL'] ?? process.env['EDITOR'] ?? 'vi').split(' ')
    const directory = mkdtempSync(join(tmpdir(), 'millrace-'))
    const path = join(directory, 'statement.sql')
    try {
      writeFileSync(path, lastStatement === null ? '' : `${lastStatement}\n`)
      const edited = withTerminal(() => spawnSync(command, [...given, path], { stdio: 'inherit' }))
      if (edited.error !== undefined) {
        throw new ClientError(`Cannot run the editor ${command}: ${edited.error.message}. Set $EDITOR.`, {
          cause: edited.error,
        })
      }
      const text = readFileSync(path, 'utf8').trim()
      if (edited.status !== 0 || text === '') return say({ run }, 'Nothing was run.')
      await run.screen.line(text)
      await runScript(text, run, '')
      return undefined
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  },
}
