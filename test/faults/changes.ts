/**
 * Changes: queries are replaced while records flow in, each with two queries that read its result. Afterwards tables equal a fresh run over the
 * same input, streams have each record once, and the readers were not restarted. Options: `changes` (50), `rate` (1000 records a second), `kills` (12):
 * how many changes more the server is killed in; these go on until each phase was hit. `gap` (1000): the longest that a query's output may stand still at a
 * switch, ms; measured by the server, and a matter of the machine's load, which is printed.
 */
import { loadavg } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { decodeCommand } from '../../src/engine/commands/command.ts'
import { commandTopic } from '../../src/runtime/topic-names.ts'
import { readTopic } from '../support/read-topic.ts'
import {
  type Change,
  type ChangeKind,
  checkChange,
  KEYS,
  KINDS,
  randomChange,
  SOURCES,
  type SourceRow,
  SWITCHED,
} from './changes/cases.ts'
import type { Fault, FaultOptions } from './fault.ts'
import { FaultServer, seeded, withDataDir, withLog } from './support/server.ts'

const PROPERTIES = { 'auto.offset.reset': 'earliest' }
/** Changes that run at the same time are compared together. */
const ROUND = 5
const ROWS = 100
const SWITCH_MS = 60_000
const QUIET_MS = 1_000
const STALL_MS = 60_000
const POLL_MS = 50
const MAX_GAP_MS = 1_000
/** A kill comes at most this long after the statement. */
const KILL_WITHIN_MS = 1_500
const PHASES = ['building', 'switching', 'kept'] as const

export const changes: Fault = ({ seed, number, say }) =>
  withDataDir(async (dataDir) => {
    const random = seeded(seed)
    const total = number('changes', 50)
    const run = new Run(dataDir, random, number('rate', 1000), say)
    await run.start()
    for (let done = 0; done < total; done += ROUND) await run.round(Math.min(ROUND, total - done))
    const hit = await run.kills(number('kills', 12))
    await run.stop()
    const gaps = run.gaps.toSorted((x, y) => x - y)
    const worst = gaps.at(-1) ?? 0
    if (worst > number('gap', MAX_GAP_MS))
      run.failures.push(`The output of a query stood still for ${worst} ms at a switch.`)
    const kinds = [...run.counts].map(([kind, count]) => `${kind} ${count}`).join(', ')
    return {
      failures: run.failures,
      measured: {
        changes: total,
        kinds,
        records: run.written,
        switches: gaps.length,
        medianGapMs: gaps[Math.floor(gaps.length / 2)] ?? 0,
        worstGapMs: worst,
        load: Math.round(loadavg()[1]!),
        killedIn: [...hit].map(([phase, count]) => `${phase} ${count}`).join(', '),
      },
    }
  })

interface Listed {
  readonly id: string
  readonly sinks: readonly string[]
  readonly replacement?: { readonly phase: string; readonly problem: string | null }
}

class Run {
  readonly failures: string[] = []
  readonly gaps: number[] = []
  readonly counts = new Map<string, number>()
  written = 0
  readonly #dataDir: string
  readonly #random: () => number
  readonly #rate: number
  readonly #say: FaultOptions['say']
  #server!: FaultServer
  #index = 0
  #isLoading = false
  #load: Promise<void> = Promise.resolve()

  constructor(dataDir: string, random: () => number, rate: number, say: FaultOptions['say']) {
    this.#dataDir = dataDir
    this.#random = random
    this.#rate = rate
    this.#say = say
  }

  async start(): Promise<void> {
    this.#server = await FaultServer.start(this.#dataDir)
    await this.#server.execute(SOURCES)
    const rows = Array.from({ length: KEYS / 2 }, (_, i) => `('k${2 * i}', 'name ${i}')`)
    await this.#server.execute(`INSERT INTO t (k, name) VALUES ${rows.join(', ')};`)
    await this.#insert()
  }

  async stop(): Promise<void> {
    await this.#server.stop()
  }

  /** Some changes under load, one after the other; then the load ends, and all are compared with fresh runs. */
  async round(count: number): Promise<void> {
    this.#beginLoad()
    const done: { readonly change: Change; readonly ids: ReadonlyMap<string, string> }[] = []
    for (let i = 0; i < count; i++) {
      const change = await this.#create(KINDS)
      const ids = await this.#readersOf(change)
      if (change.kind === 'key') await this.#makeNew(change)
      else await this.#replace(change)
      done.push({ change, ids })
    }
    await this.#endLoad()
    await this.#compare(done.map(({ change }) => change))
    for (const { change, ids } of done) {
      const after = await this.#readersOf(change)
      for (const [reader, id] of ids) if (after.get(reader) !== id) this.failures.push(`${reader} is another query`)
    }
    await this.#drop(done.map(({ change }) => change))
  }

  /** Changes during which the server is killed. Resolves to how often each phase was hit. */
  async kills(most: number): Promise<ReadonlyMap<string, number>> {
    const hit = new Map<string, number>()
    for (let i = 0; i < most && !PHASES.every((phase) => hit.has(phase)); i++) {
      const change = await this.#create(SWITCHED)
      const former = (await this.#writer(change.name)).id
      this.#beginLoad()
      await delay(300)
      await this.#server.execute(change.replace, PROPERTIES)
      await this.#killWhen(change, former, PHASES.find((phase) => !hit.has(phase))!)
      const phase = await this.#phaseOf(change.name)
      hit.set(phase, (hit.get(phase) ?? 0) + 1)
      this.#say(`killed while ${phase}: ${change.kind}`)
      this.#server = await FaultServer.start(this.#dataDir)
      await this.#switched(change.name, former)
      await this.#compare([change])
      await this.#drop([change])
    }
    for (const phase of PHASES) if (!hit.has(phase)) this.failures.push(`No kill came while ${phase}.`)
    return hit
  }

  /** Kills in the phase, as far as it can be met: a switch takes some milliseconds. */
  async #killWhen(change: Change, former: string, phase: (typeof PHASES)[number]): Promise<void> {
    const deadline = performance.now() + KILL_WITHIN_MS
    while (phase !== 'building' && performance.now() < deadline) {
      const queries = await this.#queries(change.name)
      if (phase === 'switching' && queries.some(({ replacement }) => replacement?.phase === 'switching')) break
      if (phase === 'kept' && queries.every(({ id }) => id !== former)) break
    }
    this.#isLoading = false
    await this.#server.kill()
    await this.#load
  }

  async #create(kinds: readonly ChangeKind[]): Promise<Change> {
    const change = randomChange(this.#index++, kinds, this.#random)
    this.counts.set(change.kind, (this.counts.get(change.kind) ?? 0) + 1)
    for (const sql of change.create) await this.#server.execute(sql, PROPERTIES)
    return change
  }

  /** A key cannot change in its topic: the statement is refused, changes nothing, and names the one for a new topic, which is run. */
  async #makeNew({ name, replace }: Change): Promise<void> {
    const refusal = await this.#server.execute(replace, PROPERTIES).then(
      () => '',
      (error: Error) => error.message,
    )
    const instead = /^CREATE .*?;$/ms.exec(refusal)?.[0]
    if (instead === undefined) throw new Error(`Another key of ${name} was not refused with what to run: ${refusal}`)
    await this.#server.execute(instead, PROPERTIES)
    this.#say(`${name} key: ${instead}`)
  }

  async #replace(change: Change): Promise<void> {
    const former = (await this.#writer(change.name)).id
    const consumed = await this.#consumed(change)
    const startedAt = performance.now()
    await this.#server.execute(change.replace, PROPERTIES)
    await this.#switched(change.name, former)
    const gap = await this.#gapOf(former)
    for (const [reader, before] of consumed) {
      const after = (await this.#consumed(change)).get(reader) ?? 0
      if (after < before) this.failures.push(`${reader} was restarted: it has read ${after} records and not ${before}`)
    }
    this.#say(
      `${change.name} ${change.kind}: ${Math.round(performance.now() - startedAt)} ms, gap ${gap ?? 'not seen'} ms`,
    )
    if (gap !== null) this.gaps.push(gap)
  }

  /** From when the former version stops until the new one writes, as the server tells. */
  async #gapOf(former: string): Promise<number | null> {
    const told = new RegExp(`has taken the place of ${former}, within (\\d+) ms`)
    for (const end = performance.now() + QUIET_MS; performance.now() < end; await delay(POLL_MS)) {
      const match = told.exec(this.#server.output)
      if (match !== null) return Number(match[1])
    }
    return null
  }

  async #switched(sink: string, former: string): Promise<void> {
    const deadline = performance.now() + SWITCH_MS
    for (;;) {
      const queries = await this.#queries(sink)
      if (queries.length === 1 && queries[0]!.id !== former && queries[0]!.replacement === undefined) return
      const problem = queries.find(({ replacement }) => (replacement?.problem ?? null) !== null)?.replacement?.problem
      if (performance.now() > deadline) throw new Error(`${sink} is not replaced: ${problem}\n${this.#server.output}`)
      await delay(POLL_MS)
    }
  }

  async #compare(all: readonly Change[]): Promise<void> {
    for (const { fresh } of all) await this.#server.execute(fresh, PROPERTIES)
    await this.#quiet()
    const source = await this.#source()
    for (const change of all) {
      const failures = await checkChange(change, source, this.#server)
      for (const failure of failures) this.#say(`DOES NOT HOLD: ${failure}`)
      this.failures.push(...failures)
    }
    this.#say(`${all.length} compared over ${source.length} records, ${this.failures.length} failures so far`)
  }

  async #drop(all: readonly Change[]): Promise<void> {
    for (const { name, readers, kind } of all) {
      const number = name.slice(1)
      const kinds = new Map((await this.#sources()).map(({ name: source, type }) => [source, type]))
      const others = kind === 'window' ? [`W${number}`] : kind === 'key' ? [`${name}_NEW`] : []
      const names = [...readers, ...others, `F${number}`, name]
      for (const one of names) await this.#server.execute(`DROP ${kinds.get(one)} ${one};`)
    }
  }

  async #sources(): Promise<{ readonly name: string; readonly type: string }[]> {
    const [streams, tables] = (await this.#server.execute('SHOW STREAMS; SHOW TABLES;')) as [
      { streams: { name: string }[] },
      { tables: { name: string }[] },
    ]
    return [
      ...streams.streams.map(({ name }) => ({ name, type: 'STREAM' })),
      ...tables.tables.map(({ name }) => ({ name, type: 'TABLE' })),
    ]
  }

  async #queries(sink: string): Promise<Listed[]> {
    const [{ queries }] = (await this.#server.execute('SHOW QUERIES;')) as [{ queries: Listed[] }]
    return queries.filter(({ sinks }) => sinks.includes(sink))
  }

  async #writer(sink: string): Promise<Listed> {
    return (await this.#queries(sink)).find(({ replacement }) => replacement === undefined)!
  }

  async #readersOf({ readers }: Change): Promise<Map<string, string>> {
    const ids = new Map<string, string>()
    for (const reader of readers) ids.set(reader, (await this.#writer(reader)).id)
    return ids
  }

  /** Records that the readers have read since they were started, by their ids. */
  async #consumed(change: Change): Promise<Map<string, number>> {
    const counts = await this.#server.metric('millrace_query_records_consumed_total')
    const ids = [...(await this.#readersOf(change)).values()]
    return new Map(ids.map((id) => [id, [...counts].find(([labels]) => labels.includes(`"${id}"`))?.[1] ?? 0]))
  }

  async #source(): Promise<SourceRow[]> {
    const rows = await this.#server.pull('SELECT p, o, k, id, v, w FROM placed;')
    return rows.map(([partition, offset, key, id, v, w]) => ({
      partition: Number(partition),
      offset: Number(offset),
      key: String(key),
      id: Number(id),
      v: Number(v),
      w: Number(w),
    }))
  }

  #beginLoad(): void {
    this.#isLoading = true
    const pauseMs = (1000 * ROWS) / this.#rate
    this.#load = (async () => {
      while (this.#isLoading) {
        // The server may be killed meanwhile: what it has not taken is not there for any query.
        await this.#insert().catch(() => {})
        await delay(pauseMs)
      }
    })()
  }

  async #endLoad(): Promise<void> {
    this.#isLoading = false
    await this.#load
  }

  async #insert(): Promise<void> {
    const rows = Array.from({ length: ROWS }, () => {
      const id = this.written++
      return `('k${id % KEYS}', ${id}, ${Math.floor(this.#random() * 100)}, ${id % 7})`
    })
    await this.#server.execute(`INSERT INTO s (k, id, v, w) VALUES ${rows.join(', ')};`)
  }

  /** Resolves when no query is behind, and nothing moves. */
  async #quiet(): Promise<void> {
    let mark = ''
    let changedAt = performance.now()
    while (performance.now() - changedAt < STALL_MS) {
      const metrics = await this.#server.metrics([
        'millrace_query_records_consumed_total',
        'millrace_query_records_produced_total',
        'millrace_query_lag_records',
      ])
      const isBehind = [...metrics.get('millrace_query_lag_records')!.values()].some((lag) => lag > 0)
      const now = JSON.stringify([...metrics.values()].map((values) => [...values]))
      if (now !== mark) {
        mark = now
        changedAt = performance.now()
      } else if (!isBehind && performance.now() - changedAt > QUIET_MS) return
      await delay(POLL_MS)
    }
    throw new Error(`The queries stand still while they are behind:\n${this.#server.output}`)
  }

  /** The phase that the command log leaves the replacement in. */
  async #phaseOf(sink: string): Promise<(typeof PHASES)[number]> {
    const records = await withLog(this.#dataDir, (broker) => readTopic(broker, commandTopic('default_')))
    const effects = records.flatMap(({ key, value }) => decodeCommand(Buffer.from(key!), Buffer.from(value!)).effects)
    const kinds = effects.flatMap((effect) => ('sink' in effect && effect.sink === sink ? [effect.kind] : []))
    const last = kinds.at(-1)
    return last === 'endSwitch' ? 'kept' : last === 'beginSwitch' ? 'switching' : 'building'
  }
}
