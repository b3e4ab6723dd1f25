/**
 * The topics and queries of one test, in one process and without threads. A record that is appended runs through all queries that read its
 * topic, and what these write through the next ones, before `append` returns. Each topic has one partition. Source: `TestDriverPipeline` of
 * ksqlDB's SQL tests.
 */
import type { PhysicalPlan } from '../plan/physical-plan.ts'
import type { TestDriver, TopicRecord } from '../runtime/task/test-driver.ts'

/** Topics that one record can go through: queries may feed each other where a condition ends that. */
const MAX_DEPTH = 500

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

  /** Starts a query, or the next version of one. A new query reads what is in the topics for which `fromEarliest` is true. */
  start(plan: PhysicalPlan, fromEarliest: (topic: string) => boolean): void {
    const former = this.#drivers.get(plan.queryId)
    const driver = this.#makeDriver(plan, former)
    this.#drivers.set(plan.queryId, driver)
    if (former !== undefined) return
    for (const topic of new Set(driver.sourceTopics)) {
      if (!fromEarliest(topic)) continue
      for (const record of [...this.records(topic)]) this.#run(driver, topic, record, 0)
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
    this.#append(topic, record, 0)
  }

  #append(topic: string, record: TopicRecord, depth: number): void {
    const records = this.#records.get(topic)
    if (records === undefined) this.#records.set(topic, [record])
    else records.push(record)
    if (depth === MAX_DEPTH) {
      throw new Error(
        `A record went through ${MAX_DEPTH} topics one after the other: queries feed each other without end.`,
      )
    }
    for (const driver of [...this.#drivers.values()]) {
      if (driver.sourceTopics.includes(topic)) this.#run(driver, topic, record, depth)
    }
  }

  #run(driver: TestDriver, topic: string, record: TopicRecord, depth: number): void {
    for (const { topic: target, ...produced } of driver.pipe(topic, record)) this.#append(target, produced, depth + 1)
  }
}
