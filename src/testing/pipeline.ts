/**
 * The topics and queries of one test, in one process and without threads. A record that is appended runs through all queries that read its
 * topic, and what these write through the next ones, before `append` returns. Each topic has one partition. Source: `TestDriverPipeline` of
 * ksqlDB's SQL tests.
 */
import type { PhysicalPlan } from '../plan/physical-plan.ts'
import type { TestDriver, TopicRecord } from '../runtime/task/test-driver.ts'

/** Makes what runs `plan`. `former`: what ran the version before. */
export type MakeDriver = (plan: PhysicalPlan, former: TestDriver | undefined) => TestDriver

export class Pipeline {
  readonly #makeDriver: MakeDriver
  readonly #records = new Map<string, TopicRecord[]>()
  readonly #drivers = new Map<string, TestDriver>()

  constructor(makeDriver: MakeDriver) {
    this.#makeDriver = makeDriver
  }

  /** All records of a topic, in their order. */
  records(topic: string): readonly TopicRecord[] {
    return this.#records.get(topic) ?? []
  }

  /** Starts a query, or the next version of one. With `fromEarliest` a new query reads what its topics hold already. */
  start(plan: PhysicalPlan, fromEarliest: boolean): void {
    const former = this.#drivers.get(plan.queryId)
    const driver = this.#makeDriver(plan, former)
    this.#drivers.set(plan.queryId, driver)
    if (former !== undefined || !fromEarliest) return
    for (const topic of new Set(driver.sourceTopics)) {
      for (const record of [...this.records(topic)]) this.#run(driver, topic, record, [topic])
    }
  }

  stop(queryId: string): void {
    this.#drivers.delete(queryId)
  }

  /** All queries continue as after a restart of the server. */
  restart(): void {
    for (const driver of this.#drivers.values()) driver.restart()
  }

  /** Throws QueryError where a running query would stop. */
  append(topic: string, record: TopicRecord): void {
    this.#append(topic, record, [])
  }

  #append(topic: string, record: TopicRecord, path: readonly string[]): void {
    const records = this.#records.get(topic)
    if (records === undefined) this.#records.set(topic, [record])
    else records.push(record)
    const through = [...path, topic]
    if (path.includes(topic)) throw new Error(`Detected illegal cycle in topology: ${through.join('->')}`)
    for (const driver of [...this.#drivers.values()]) {
      if (driver.sourceTopics.includes(topic)) this.#run(driver, topic, record, through)
    }
  }

  #run(driver: TestDriver, topic: string, record: TopicRecord, path: readonly string[]): void {
    for (const { topic: target, ...produced } of driver.pipe(topic, record)) this.#append(target, produced, path)
  }
}
