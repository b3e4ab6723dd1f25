/**
 * Hostile statements beside a normal query: each runs for a while, and meanwhile rows of the normal query, and answers of /healthcheck, must
 * not be late. Options: `statements` (30), `ms` (2,000) that each may run, `limit` (1,000), the latest row or answer, ms, `mb` (1,500) resident, `rows` (40) that the statements read.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { Fault } from './fault.ts'
import { type HostileStatement, hostileStatement } from './support/hostile-statements.ts'
import { FaultServer, seeded, withDataDir } from './support/server.ts'

const SETUP = `
  CREATE STREAM s (k STRING KEY, v STRING, n INT) WITH (kafka_topic='s', value_format='JSON', partitions=1);
  CREATE TABLE source (k STRING PRIMARY KEY, v STRING, n INT) WITH (kafka_topic='t', value_format='JSON', partitions=1);
  CREATE TABLE t AS SELECT * FROM source;
  CREATE STREAM beats (k STRING KEY, n INT) WITH (kafka_topic='beats', value_format='JSON', partitions=1);
  CREATE STREAM copied AS SELECT * FROM beats;
  CREATE STREAM beside AS SELECT k, n FROM s WHERE k = 'beat';`
const BEAT_MS = 100

export const hostile: Fault = (options) =>
  withDataDir(async (dataDir) => {
    const { number, say, seed } = options
    const server = await FaultServer.start(dataDir)
    try {
      await server.execute(SETUP, { 'auto.offset.reset': 'earliest' })
      for (let i = 0; i < number('rows', 40); i++) {
        await server.execute(
          `INSERT INTO s VALUES ('k${i}', 'v', ${i}); INSERT INTO source VALUES ('k${i}', 'v', ${i});`,
        )
      }
      const watches = [
        await Watch.rows(server, 'copied', 'beats'),
        await Watch.rows(server, 'beside', 's'),
        Watch.health(server),
      ]
      const random = seeded(seed)
      const failures: string[] = []
      const measured: Record<string, number> = {}
      for (let i = 0; i < number('statements', 30); i++) {
        const names = { stream: 's', table: 't', created: `hostile${i}` }
        const statement = hostileStatement(random, names)
        for (const watch of watches) watch.begin()
        const answer = await attempt(server, statement, number('ms', 2000))
        const late = watches.map((watch) => watch.longestMs())
        const mb = server.residentMb()
        say(
          `${i} ${late.map((ms) => ms.toFixed(0)).join(' ')} ms ${mb.toFixed(0)} MB ${statement.sql.slice(0, 110)} ${answer.slice(0, 100)}`,
        )
        if (server.hasEnded) throw new Error(`The server ended:\n${server.output}`)
        watches.forEach(({ name }, at) => {
          measured[`${name}.ms`] = Math.max(measured[`${name}.ms`] ?? 0, Math.round(late[at]!))
          if (late[at]! > number('limit', 1000))
            failures.push(`${name}: ${late[at]!.toFixed(0)} ms beside ${statement.sql}`)
        })
        measured['mb'] = Math.max(measured['mb'] ?? 0, Math.round(mb))
        if (answer.startsWith('500')) failures.push(`${statement.sql} was answered by ${answer}`)
      }
      if (measured['mb']! > number('mb', 1500)) failures.push(`${measured['mb']} MB were resident`)
      for (const watch of watches) watch.stop()
      return { failures, measured }
    } finally {
      await server.kill()
    }
  })

/** Sends the statement, and ends it after `ms` if it runs for longer. The answer's status and its start. */
async function attempt(server: FaultServer, { kind, sql }: HostileStatement, ms: number): Promise<string> {
  const signal = AbortSignal.timeout(ms)
  const isQuery = kind === 'push' || kind === 'pullStream' || kind === 'pullTable'
  const startedAt = performance.now()
  let text = 'no answer'
  try {
    const response = await fetch(`${server.url}${isQuery ? '/query-stream' : '/ksql'}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: isQuery ? 'application/vnd.ksqlapi.delimited.v1' : 'application/json',
      },
      body: JSON.stringify(
        isQuery
          ? { sql, properties: { 'auto.offset.reset': 'earliest' } }
          : { ksql: sql, streamsProperties: { 'auto.offset.reset': 'earliest' } },
      ),
      signal,
    })
    text = `${response.status} `
    for await (const chunk of response.body!) text = `${text}${Buffer.from(chunk).toString('utf8')}`.slice(0, 2000)
  } catch (error) {
    if (!signal.aborted) throw error
  }
  await delay(Math.max(0, ms - (performance.now() - startedAt)))
  const queryId = /"queryId":"(C[^"]+)"/.exec(text)?.[1]
  if (queryId !== undefined) await server.execute(`TERMINATE ${queryId};`)
  return text.replaceAll('\n', ' ')
}

/** How late something that happens all the time is. */
class Watch {
  readonly name: string
  readonly #controller = new AbortController()
  /** When each beat that has not come back was sent. */
  readonly #waiting = new Map<number, number>()
  #longestMs = 0

  private constructor(name: string) {
    this.name = name
  }

  /** Rows that are inserted into one stream and come out of another. */
  static async rows(server: FaultServer, stream: string, into: string): Promise<Watch> {
    const watch = new Watch(stream)
    const { signal } = watch.#controller
    const response = await fetch(`${server.url}/query-stream`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/vnd.ksqlapi.delimited.v1' },
      body: JSON.stringify({ sql: `SELECT n FROM ${stream} EMIT CHANGES;`, properties: {} }),
      signal,
    })
    void watch.#receive(response)
    void watch.#repeat(async (n) => {
      watch.#waiting.set(n, performance.now())
      await server.execute(`INSERT INTO ${into} (k, n) VALUES ('beat', ${n});`)
    })
    return watch
  }

  static health(server: FaultServer): Watch {
    const watch = new Watch('healthcheck')
    void watch.#repeat(async (n) => {
      watch.#waiting.set(n, performance.now())
      await (await fetch(`${server.url}/healthcheck`)).text()
      watch.#arrived(n)
    })
    return watch
  }

  begin(): void {
    this.#longestMs = 0
  }

  /** Since `begin`, what has not come back included. */
  longestMs(): number {
    const now = performance.now()
    for (const sentAt of this.#waiting.values()) this.#longestMs = Math.max(this.#longestMs, now - sentAt)
    return this.#longestMs
  }

  stop(): void {
    this.#controller.abort()
  }

  async #repeat(beat: (n: number) => Promise<void>): Promise<void> {
    for (let n = 0; !this.#controller.signal.aborted; n++) {
      try {
        await beat(n)
      } catch (error) {
        if (!this.#controller.signal.aborted) throw error
      }
      await delay(BEAT_MS)
    }
  }

  async #receive(response: Response): Promise<void> {
    let rest = ''
    try {
      for await (const chunk of response.body!) {
        const lines = (rest + Buffer.from(chunk).toString('utf8')).split('\n')
        rest = lines.pop()!
        for (const line of lines) if (line.startsWith('[')) this.#arrived((JSON.parse(line) as [number])[0])
      }
    } catch (error) {
      if (!this.#controller.signal.aborted) throw error
    }
  }

  #arrived(n: number): void {
    const sentAt = this.#waiting.get(n)
    if (sentAt === undefined) return
    this.#waiting.delete(n)
    this.#longestMs = Math.max(this.#longestMs, performance.now() - sentAt)
  }
}
