/**
 * One sequence in a simulated cluster: servers are killed, frozen or cut off from their group until others have their slots, stopped and
 * started in an order that the seed decides, while records flow through a filter, a count, a re-keyed count and a windowed count. Real are the runtime, the
 * workers with their stores, and the embedded log; simulated are the group and what a broker checks for it.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Timer } from '../../../src/clock.ts'
import type { PhysicalPlan } from '../../../src/plan/physical-plan.ts'
import type { Column } from '../../../src/types/schema.ts'
import { BIGINT, STRING } from '../../../src/types/sql-type.ts'
import { seeded } from '../../faults/support/server.ts'
import { pullAll, pullRows } from '../pull-requests.ts'
import type { QueryWorld } from '../query-world.ts'
import { SimulatedGroup } from './simulated-group.ts'
import { SimulatedServer } from './simulated-server.ts'

export interface SimulationOptions {
  /** Its log and its planner are shared by sequences. */
  readonly world: QueryWorld
  readonly directory: string
  readonly seed: number
  readonly timer: Timer
  readonly steps: number
}

export interface SimulationResult {
  readonly steps: readonly string[]
  /** What did not hold, in words. */
  readonly failures: readonly string[]
  readonly records: number
}

const PARTITIONS = 4
const BATCH = 20
const COMMIT_MS = 100
/** Without progress for this long something is missing. */
const STALL_MS = 60_000
/**
 * How often the log ends transactions that are open for too long, as brokers do. One that a killed server left behind, of which no commit tells
 * its successor, hides the output of others until then.
 */
const UPKEEP_MS = 1_000

interface Member {
  readonly identity: string
  server: SimulatedServer | null
  /** Its group has given it up, and it does not know. */
  isCutOff: boolean
}

export async function runSimulation(options: SimulationOptions): Promise<SimulationResult> {
  const simulation = await Simulation.open(options)
  try {
    return await simulation.run()
  } finally {
    await simulation.close()
  }
}

class Simulation {
  readonly #options: SimulationOptions
  readonly #random: () => number
  readonly #name: string
  readonly #isExact: boolean
  readonly #group: SimulatedGroup
  readonly #members: readonly Member[]
  readonly #plans: readonly PhysicalPlan[]
  readonly #dead: SimulatedServer[] = []
  #written = 0

  static async open(options: SimulationOptions): Promise<Simulation> {
    const name = `sim${options.seed}x`
    const plans = await options.world.plan(`
      CREATE STREAM ${name} (k STRING KEY, c STRING, n INT) WITH (kafka_topic='${name}', value_format='JSON', partitions=${PARTITIONS});
      CREATE STREAM ${name}_f AS SELECT k, n FROM ${name} WHERE n >= 0;
      CREATE TABLE ${name}_c AS SELECT k, COUNT(*) AS n FROM ${name} GROUP BY k;
      CREATE TABLE ${name}_r AS SELECT c, COUNT(*) AS n FROM ${name} GROUP BY c;
      CREATE TABLE ${name}_w AS SELECT k, COUNT(*) AS n FROM ${name} WINDOW TUMBLING (SIZE 1 SECOND) GROUP BY k;`)
    return new Simulation(options, name, plans)
  }

  private constructor(options: SimulationOptions, name: string, plans: readonly PhysicalPlan[]) {
    this.#options = options
    this.#name = name
    this.#plans = plans
    this.#random = seeded(options.seed)
    this.#isExact = this.#random() < 0.6
    this.#group = new SimulatedGroup(this.#random() < 0.5 ? 1 : 0)
    const servers = this.#random() < 0.5 ? 2 : 3
    this.#members = Array.from({ length: servers }, (_, index) => ({
      identity: `${name}-${index}`,
      server: null,
      isCutOff: false,
    }))
  }

  async run(): Promise<SimulationResult> {
    for (const member of this.#members) await this.#start(member)
    const steps: string[] = []
    for (let step = 0; step < this.#options.steps; step++) {
      await this.#produce()
      await this.#pause()
      steps.push(await this.#step())
      await this.#produce()
    }
    for (const member of this.#members) await this.#restore(member)
    return { steps, failures: await this.#compare(), records: this.#written }
  }

  async close(): Promise<void> {
    for (const { server } of this.#members) if (server !== null) await server.close()
    for (const server of [...this.#members.flatMap(({ server }) => server ?? []), ...this.#dead]) await server.dispose()
    const own = (name: string) => name.toUpperCase().includes(this.#name.toUpperCase()) || this.#isInternal(name)
    const { broker } = this.#options.world
    for (const { name } of await broker.listTopics()) if (own(name)) await broker.deleteTopic(name)
    rmSync(this.#directory(''), { recursive: true, force: true })
  }

  #isInternal = (topic: string): boolean => this.#plans.some(({ queryId }) => topic.includes(`query_${queryId}-`))

  async #step(): Promise<string> {
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
    const server = member.server!
    switch (choice) {
      case 'start':
      case 'hear':
        await this.#restore(member)
        break
      case 'freeze':
      case 'cut off':
        member.isCutOff = true
        if (choice === 'freeze') server.freeze()
        await this.#group.evict([server])
        break
      case 'kill':
      case 'crash':
        await this.#kill(member)
        break
      default:
        await server.release()
        await this.#group.evict([server])
        await server.close()
        this.#dead.push(server)
        member.server = null
    }
    if (choice === 'restart' || choice === 'crash') await this.#start(member)
    return `${choice} ${member.identity.at(-1)}`
  }

  async #kill(member: Member): Promise<void> {
    const server = member.server!
    member.server = null
    this.#dead.push(server)
    await server.kill()
    await this.#group.evict([server])
  }

  async #restore(member: Member): Promise<void> {
    if (member.server === null) await this.#start(member)
    else if (member.isCutOff) {
      member.server.thaw()
      await this.#pause()
      await member.server.lose()
      member.isCutOff = false
      await this.#group.join(member.server)
    }
  }

  async #start(member: Member): Promise<void> {
    const { world, timer } = this.#options
    const config = {
      'auto.offset.reset': 'earliest',
      'commit.interval.ms': String(COMMIT_MS),
      'processing.guarantee': this.#isExact ? 'exactly_once_v2' : 'at_least_once',
      'ksql.query.retry.backoff.initial.ms': '500',
    }
    const { identity } = member
    const directory = this.#directory(identity)
    member.server = await SimulatedServer.start({
      log: world.log,
      group: this.#group,
      identity,
      directory,
      config,
      plans: this.#plans,
      timer,
    })
    await this.#group.join(member.server)
  }

  async #produce(): Promise<void> {
    const records = Array.from({ length: BATCH }, (_, index) => {
      const n = this.#written + index
      return { key: `k${n % 8}`, value: { C: `c${n % 3}`, N: n }, timestamp: n * 10 }
    })
    await this.#options.world.produce(this.#name, records)
    this.#written += BATCH
  }

  /** Between nothing and two commits. */
  async #pause(): Promise<void> {
    const { timer } = this.#options
    const until = timer.elapsed() + this.#random() * 2 * COMMIT_MS
    while (timer.elapsed() < until) await new Promise((resolve) => setImmediate(resolve))
  }

  async #compare(): Promise<string[]> {
    const failures: string[] = []
    const [, count, recount, windowed] = this.#plans
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
    const numbers = async () => (await this.#options.world.values(`${this.#name.toUpperCase()}_F`)) as { N: number }[]
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
    const until = performance.now() + STALL_MS
    let upkeepAt = performance.now() + UPKEEP_MS
    for (;;) {
      const value = await look()
      const now = performance.now()
      if (isDone(value) || now > until) return value
      if (now > upkeepAt) {
        await this.#options.world.log.maintain()
        upkeepAt = now + UPKEEP_MS
      }
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.#random() * items.length)]!
  }

  #directory(identity: string): string {
    return join(this.#options.directory, this.#name, identity)
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
