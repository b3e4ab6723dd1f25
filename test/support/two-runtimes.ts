/** Two servers of a cluster over one embedded log, as far as queries go: each with state of its own, and with slots that a test hands out. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Broker } from '../../src/broker/broker.ts'
import type { EmbeddedLog } from '../../src/broker/embedded/embedded-log.ts'
import { systemClock, systemTimer } from '../../src/clock.ts'
import { createQueryRuntime, type SettlingQueryRuntime } from '../../src/runtime/queries/runtime.ts'
import { durableStores } from '../../src/runtime/stores/durable-stores.ts'
import { inProcessWorkers } from '../../src/runtime/worker/in-process-workers.ts'
import { functions, QueryWorld } from './query-world.ts'

const EARLIEST = { 'auto.offset.reset': 'earliest' }

export class TwoRuntimes {
  readonly world: QueryWorld
  readonly second: SettlingQueryRuntime
  readonly #directories: string[]
  readonly #broker: Broker

  /** `config`: of both servers. */
  static async open(config: Readonly<Record<string, string>> = {}): Promise<TwoRuntimes> {
    const directories: string[] = []
    const parts = (log: EmbeddedLog) => sharing(log, directories, config)
    const world = await QueryWorld.open(parts)
    const { stores, ...options } = parts(world.log)
    await options.broker.connect()
    const timed = { ...options, clock: systemClock, timer: systemTimer }
    const own = { functions, random: Math.random, stores, transactionalId: 'second-0' }
    const workers = inProcessWorkers({ ...timed, ...own })
    return new TwoRuntimes(world, createQueryRuntime({ ...timed, workers }), options.broker, directories)
  }

  private constructor(world: QueryWorld, second: SettlingQueryRuntime, broker: Broker, directories: string[]) {
    this.world = world
    this.second = second
    this.#broker = broker
    this.#directories = directories
  }

  get first(): SettlingQueryRuntime {
    return this.world.runtime
  }

  /** Runs the statements' queries on both servers; answers their ids. */
  async run(sql: string, config: Readonly<Record<string, string>> = {}): Promise<string[]> {
    const overrides = { ...EARLIEST, ...config }
    const plans = await this.world.run(sql, overrides)
    for (const plan of plans) await this.second.start({ plan, config: overrides, paused: false })
    return plans.map(({ queryId }) => queryId)
  }

  async settled(): Promise<void> {
    await this.first.settled()
    await this.second.settled()
  }

  async close(): Promise<void> {
    await this.second.close()
    await this.#broker.close()
    await this.world.close()
    for (const directory of this.#directories) rmSync(directory, { recursive: true, force: true })
  }
}

/** A server of the cluster that has no slots yet. */
function sharing(log: EmbeddedLog, directories: string[], config: Readonly<Record<string, string>>) {
  const broker = log.broker()
  const directory = mkdtempSync(join(tmpdir(), 'millrace-slots-'))
  directories.push(directory)
  const stores = durableStores({
    directory,
    cacheBytes: 1e6,
    changelogs: broker,
    clock: systemClock,
    timer: systemTimer,
    onWarning: () => {},
  })
  return { broker, stores, changelogs: true, sharesSlots: true, config: { 'commit.interval.ms': '600000', ...config } }
}
