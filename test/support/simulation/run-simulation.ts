/**
 * One sequence in a simulated cluster: servers are killed, frozen or cut off from their group until others have their slots, stopped and
 * started in an order that the seed decides, while records flow through a filter, a count, a re-keyed count and a windowed count. Real are the runtime
 * and the workers with their stores; simulated are time, the log, the group and what a broker checks for it, and the disk. The seed decides all
 * that happens, so that a sequence that fails does so each time.
 */
import { join } from 'node:path'
import { type Scheduled, sleep } from '../../../src/clock.ts'
import { fixOrigins } from '../../../src/runtime/queries/place-query.ts'
import type { Column } from '../../../src/types/schema.ts'
import { BIGINT, STRING } from '../../../src/types/sql-type.ts'
import { seeded } from '../../faults/support/server.ts'
import { produceJson } from '../produce-json.ts'
import { pullAll, pullRows } from '../pull-requests.ts'
import { readTopic } from '../read-topic.ts'
import { MemoryBroker } from './memory-broker.ts'
import { MemoryDisk } from './memory-environment.ts'
import { MemoryLog } from './memory-log.ts'
import { SimulatedGroup } from './simulated-group.ts'
import type { SimulatedQueries } from './simulated-queries.ts'
import { SimulatedServer } from './simulated-server.ts'
import { StandstillError, VirtualTime } from './virtual-time.ts'

const PARTITIONS = 4
const SOURCE = 'src'
const FILTERED = 'FILTERED'

/** The statements of all sequences. */
export const SIMULATED_STATEMENTS = `
  CREATE STREAM src (k STRING KEY, c STRING, n INT) WITH (kafka_topic='${SOURCE}', value_format='JSON', partitions=${PARTITIONS});
  CREATE STREAM ${FILTERED} AS SELECT k, n FROM src WHERE n >= 0;
  CREATE TABLE counted AS SELECT k, COUNT(*) AS n FROM src GROUP BY k;
  CREATE TABLE recounted AS SELECT c, COUNT(*) AS n FROM src GROUP BY c;
  CREATE TABLE windowed AS SELECT k, COUNT(*) AS n FROM src WINDOW TUMBLING (SIZE 1 SECOND) GROUP BY k;`

export interface SimulationOptions {
  /** Those of `SIMULATED_STATEMENTS`. */
  readonly queries: SimulatedQueries
  readonly seed: number
  readonly steps: number
}

export interface SimulationResult {
  /** What did not hold, in words, with the seed and the steps. */
  readonly failures: readonly string[]
  readonly records: number
}

const BATCH = 20
const COMMIT_MS = 100
/** The default. */
const SERVICE_ID = 'default_'
/** Without progress for this long something is missing. */
const STALL_MS = 60_000
const POLL_MS = 50
/** How often the log ends transactions that are open for too long. Source: Kafka's `transaction.abort.timed.out.transaction.cleanup.interval.ms`. */
const UPKEEP_MS = 10_000
/** A server that was cut off hears of it by then. Source: Kafka's `heartbeat.interval.ms`. */
const HEARTBEAT_MS = 3_000
/** A call reaches the broker at once, as often as not; it may take so long. */
const MOST_LATENCY_MS = 8

interface Member {
  readonly identity: string
  server: SimulatedServer | null
  /** Its group has given it up, and it does not know. */
  isCutOff: boolean
  /** Its next one, from which it hears that it was cut off. */
  heartbeat: Scheduled | null
  /** Resolves when it has joined again, if it has heard of that by itself. */
  heard: Promise<void>
}

export async function runSimulation(options: SimulationOptions): Promise<SimulationResult> {
  const time = new VirtualTime()
  const simulation = new Simulation(options, time)
  try {
    return await time.run(() => simulation.run().finally(() => simulation.close()))
  } catch (error) {
    if (!(error instanceof StandstillError)) throw error
    return simulation.result([`${error.message} ${simulation.doing} is under way.`])
  }
}

class Simulation {
  readonly #options: SimulationOptions
  readonly #time: VirtualTime
  /** Decides the steps. */
  readonly #random: () => number
  /** Decides the rest, so that the steps of a seed do not depend on it. */
  readonly #chance: () => number
  readonly #isExact: boolean
  readonly #log: MemoryLog
  readonly #disk = new MemoryDisk()
  /** The client of those who write the records and compare the results. */
  readonly #broker: MemoryBroker
  readonly #group: SimulatedGroup
  readonly #members: readonly Member[]
  readonly #dead: SimulatedServer[] = []
  readonly #steps: string[] = []
  #written = 0
  /** What it does, in words. */
  doing = 'the start'

  constructor(options: SimulationOptions, time: VirtualTime) {
    this.#options = options
    this.#time = time
    this.#random = seeded(options.seed)
    this.#chance = seeded(-1 - options.seed)
    this.#isExact = this.#random() < 0.6
    this.#group = new SimulatedGroup(this.#random() < 0.5 ? 1 : 0)
    this.#log = new MemoryLog({ clock: time, timer: time, knows: this.#group.knows })
    this.#broker = new MemoryBroker(this.#log)
    const servers = this.#random() < 0.5 ? 2 : 3
    this.#members = Array.from({ length: servers }, (_, index) => ({
      identity: `server-${index}`,
      server: null,
      isCutOff: false,
      heartbeat: null,
      heard: Promise.resolve(),
    }))
  }

  async run(): Promise<SimulationResult> {
    const { topics, plans } = this.#options.queries
    for (const topic of topics) await this.#broker.createTopic(topic)
    // As the engine does it before a statement is in the command log.
    for (const plan of plans)
      await fixOrigins({ plan, config: this.#config }, { broker: this.#broker, serviceId: SERVICE_ID })
    this.#time.every(UPKEEP_MS, () => this.#log.abortTimedOut())
    for (const member of this.#members) await this.#start(member)
    for (let step = 0; step < this.#options.steps; step++) {
      await this.#produce()
      await this.#pause()
      await this.#step()
      await this.#produce()
    }
    this.doing = 'the last start of all servers'
    for (const member of this.#members) await this.#restore(member)
    this.doing = 'the comparison'
    return this.result(await this.#compare())
  }

  result(failures: readonly string[]): SimulationResult {
    const sequence = `seed ${this.#options.seed} (${this.#steps.join(', ')})`
    return { failures: failures.map((failure) => `${sequence}: ${failure}`), records: this.#written }
  }

  async close(): Promise<void> {
    for (const { server } of this.#members) if (server !== null) await server.close()
    for (const server of [...this.#members.flatMap(({ server }) => server ?? []), ...this.#dead]) await server.dispose()
    await this.#broker.close()
  }

  async #step(): Promise<void> {
    const down = this.#members.filter(({ server }) => server === null)
    const up = this.#members.filter(({ server }) => server !== null)
    const cutOff = up.filter(({ isCutOff }) => isCutOff)
    const well = up.filter(({ isCutOff }) => !isCutOff)
    const choices = [
      ...(down.length > 0 ? ['start', 'start'] : []),
      ...(cutOff.length > 0 ? ['hear', 'hear'] : []),
      ...(well.length > 1 ? ['kill', 'stop', 'cut off', 'freeze'] : ['restart', 'crash']),
    ]
    const choice = this.#pick(choices)
    const member = this.#pick(choice === 'start' ? down : choice === 'hear' ? cutOff : well)
    await member.heard
    const server = member.server!
    this.doing = `${choice} ${member.identity.at(-1)}`
    this.#steps.push(this.doing)
    switch (choice) {
      case 'start':
      case 'hear':
        await this.#restore(member)
        break
      case 'freeze':
      case 'cut off':
        member.isCutOff = true
        if (choice === 'freeze') server.freeze()
        else member.heartbeat = this.#time.after(HEARTBEAT_MS, () => this.#hearLater(member, server))
        await this.#group.evict(server)
        break
      case 'kill':
      case 'crash':
        await this.#kill(member)
        break
      default:
        await server.release()
        await this.#group.evict(server)
        await server.close()
        this.#dead.push(server)
        member.server = null
    }
    if (choice === 'restart' || choice === 'crash') await this.#start(member)
  }

  async #kill(member: Member): Promise<void> {
    const server = member.server!
    member.server = null
    this.#dead.push(server)
    await server.kill()
    await this.#group.evict(server)
  }

  async #restore(member: Member): Promise<void> {
    if (member.server === null) await this.#start(member)
    else if (member.isCutOff) {
      member.isCutOff = false
      member.heartbeat?.cancel()
      member.server.thaw()
      await this.#pause()
      await this.#hear(member.server)
    }
    await member.heard
  }

  /** The server hears that it is no member any more, and joins again. */
  async #hear(server: SimulatedServer): Promise<void> {
    await server.lose()
    await this.#group.join(server)
  }

  /** A server that can reach the broker hears from it soon, whatever else happens. */
  #hearLater(member: Member, server: SimulatedServer): void {
    if (!member.isCutOff || member.server !== server) return
    member.isCutOff = false
    member.heard = this.#hear(server)
  }

  async #start(member: Member): Promise<void> {
    const { identity } = member
    member.server = await SimulatedServer.start({
      broker: new MemoryBroker(this.#log),
      identity,
      directory: join('/state', identity),
      config: this.#config,
      plans: this.#options.queries.plans,
      clock: this.#time,
      timer: this.#time,
      random: this.#chance,
      latencyMs: () => Math.max(0, Math.floor((2 * this.#chance() - 1) * MOST_LATENCY_MS)),
      openEnvironment: this.#disk.open,
    })
    await this.#group.join(member.server)
  }

  get #config(): Readonly<Record<string, string>> {
    return {
      'auto.offset.reset': 'earliest',
      'commit.interval.ms': String(COMMIT_MS),
      'processing.guarantee': this.#isExact ? 'exactly_once_v2' : 'at_least_once',
      'ksql.query.retry.backoff.initial.ms': '500',
    }
  }

  async #produce(): Promise<void> {
    const records = Array.from({ length: BATCH }, (_, index) => {
      const n = this.#written + index
      return { key: `k${n % 8}`, value: { C: `c${n % 3}`, N: n }, timestamp: n * 10 }
    })
    await produceJson(this.#broker, { topic: SOURCE, partitions: PARTITIONS }, records)
    this.#written += BATCH
  }

  /** Between nothing and two commits. */
  #pause(): Promise<void> {
    return sleep(this.#time, this.#random() * 2 * COMMIT_MS)
  }

  async #compare(): Promise<string[]> {
    const failures: string[] = []
    const [, count, recount, windowed] = this.#options.queries.plans
    const isRight = (total: number) => (this.#isExact ? total === this.#written : total >= this.#written)
    const tables = [
      ['count', count!, COUNTS],
      ['re-keyed count', recount!, COUNTS],
      ['windowed count', windowed!, WINDOWS],
    ] as const
    for (const [name, { queryId }, request] of tables) {
      const total = await this.#reached(() => this.#total(queryId, request), isRight)
      if (!isRight(total)) failures.push(`${name}: ${total} of ${this.#written}`)
    }
    const numbers = async () =>
      (await readTopic(this.#broker, FILTERED)).map(({ value }) => JSON.parse(value!) as { readonly N: number })
    const distinct = (rows: readonly { readonly N: number }[]) => new Set(rows.map(({ N }) => N)).size
    const rows = await this.#reached(numbers, (found) => distinct(found) === this.#written)
    if (distinct(rows) < this.#written)
      failures.push(`filter: ${this.#written - distinct(rows)} of ${this.#written} missing`)
    if (this.#isExact && rows.length > distinct(rows)) failures.push(`filter: ${rows.length - distinct(rows)} twice`)
    return failures.map((failure) => `${this.#isExact ? 'exactly once' : 'at least once'}, ${failure}`)
  }

  async #total(queryId: string, request: typeof COUNTS): Promise<number> {
    let total = 0
    let partitions = 0
    for (const { server } of this.#members) {
      const here = server!.runtime.locate(queryId, null)?.here ?? []
      partitions += here.length
      const rows = here.length === 0 ? [] : await pullRows(server!.runtime, queryId, request, here).catch(() => [])
      for (const row of rows) total += Number(row.at(-1))
    }
    return partitions === PARTITIONS ? total : -1
  }

  async #reached<Value>(look: () => Promise<Value>, isDone: (value: Value) => boolean): Promise<Value> {
    const until = this.#time.elapsed() + STALL_MS
    for (;;) {
      const value = await look()
      if (isDone(value) || this.#time.elapsed() > until) return value
      await sleep(this.#time, POLL_MS)
    }
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.#random() * items.length)]!
  }
}

const column = (name: string, type: Column['type']): Column => ({ name, type })
const COUNTS = pullAll([column('K', STRING), column('N', BIGINT)])
const WINDOWS = pullAll([
  column('K', STRING),
  column('WINDOWSTART', BIGINT),
  column('WINDOWEND', BIGINT),
  column('N', BIGINT),
])
