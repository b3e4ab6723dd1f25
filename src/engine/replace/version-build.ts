/**
 * One version of a query that is built beside the running one: it follows the running version's committed positions, never ahead of them, and
 * takes its place at exact offsets. Readers see nothing of it until then. See docs/changing-queries.md#how-the-versions-change-places.
 */
import type { Broker } from '../../broker/broker.ts'
import { positionKey } from '../../broker/position-key.ts'
import type { Clock, Timer } from '../../clock.ts'
import type { QueryRuntime } from '../../runtime/query-runtime.ts'
import type { PersistentQuery } from '../commands/catalog.ts'
import type { QueryVersion } from '../commands/replacement.ts'
import { committedOf, endOfRound, type Limits, type Round, startRound } from './query-rounds.ts'
import { isWritten, type SwitchCounts, writeSwitch } from './sink-difference.ts'
import { contentTopic, makeContentTopic, repartitionTopics, sourceTopics, stagedPlan } from './staged-plan.ts'
import { TopicContent } from './topic-content.ts'

export interface VersionBuildOptions {
  readonly broker: Broker
  readonly runtime: Pick<QueryRuntime, 'start' | 'stop' | 'status' | 'refresh'>
  readonly clock: Clock
  readonly timer: Timer
  /** The consumer group of a query, which is also the prefix of its topics. */
  readonly application: (queryId: string) => string
  readonly running: PersistentQuery
  readonly version: QueryVersion
  /** Bound on the memory of a table's rows while they are compared, bytes. */
  readonly maxBytes: number
  readonly signal: AbortSignal
}

/** While the versions change places each millisecond counts; before, a round may take hours. */
const SWITCH_POLL_MS = 10
const BUILD_POLL_MS = 100
/** A version this close to the running one may take its place. */
const NEAR_RECORDS = 10_000
const SWITCH_TIMEOUT_MS = 30_000
/** Takes the place of the query's own interval, so that the end of a round is seen soon. */
const ROUND_CONFIG = { 'commit.interval.ms': '50' }

interface Contents {
  readonly running: TopicContent
  readonly next: TopicContent
}

export class VersionBuild {
  readonly #options: VersionBuildOptions
  #contents: Contents | null = null
  #limits: Limits = new Map()

  constructor(options: VersionBuildOptions) {
    this.#options = options
  }

  /** Whether the build is one of these versions. ROLLBACK exchanges them. */
  isOf(running: PersistentQuery, version: QueryVersion): boolean {
    const { running: ownRunning, version: ownVersion } = this.#options
    return running.link.queryId === ownRunning.link.queryId && version.link.queryId === ownVersion.link.queryId
  }

  /** Brings the version as far as the running one was when the round began. True: it is near enough to take its place. */
  async follow(): Promise<boolean> {
    const { runtime, version } = this.#options
    await this.#prepare()
    const limits = await this.#handover()
    if (sum(limits) !== sum(this.#limits) || this.#limits.size === 0) {
      await this.#runTo(limits, { isLast: false })
      this.#limits = limits
    }
    await runtime.stop(version.link.queryId, { purge: false })
    await this.#readContents()
    return sum(await this.#handover()) - sum(limits) <= NEAR_RECORDS
  }

  /** By how many records the running version is ahead, as last measured. */
  recordsLeft(): number {
    return this.#options.runtime.status(this.#options.version.link.queryId)?.lagRecords ?? 0
  }

  /**
   * Stops the running version, brings the new one to the same offsets, and writes what differs of a table. Afterwards neither writes the
   * sink. Rejects if that fails; `isWritten` says whether the sink has the new version's rows already.
   */
  async changePlaces(): Promise<SwitchCounts | null> {
    const { version, running, runtime } = this.#options
    await runtime.stop(running.link.queryId, { purge: false })
    const limits = await this.#handover()
    // Neither writes what the other reads: a moment is all that readers should notice.
    await Promise.all([this.#finishRunning(), this.#runTo(limits, { isLast: true })])
    await runtime.stop(version.link.queryId, { purge: false })
    return version.source.kind === 'TABLE' ? this.#writeDifference() : null
  }

  /** Whether an earlier attempt has written the rows of the new version to the sink: there is no way back then. */
  async isWritten(): Promise<boolean> {
    const { broker, version, running, application, maxBytes } = this.#options
    if (version.source.kind !== 'TABLE') return false
    const kept = contentTopic(application(running.link.queryId))
    if ((await broker.describeTopic(kept)) === null) return false
    const content = new TopicContent(kept, broker, maxBytes)
    await content.catchUp()
    return isWritten(content.partitions)
  }

  /** Begins the topics of a table's rows, unless an interrupted switch has left its results in them. */
  async #prepare(): Promise<void> {
    if (this.#contents !== null) return
    const { broker, version, running, application, maxBytes } = this.#options
    const { topic, kind } = version.source
    if (kind !== 'TABLE') return
    const own = contentTopic(application(version.link.queryId))
    await makeContentTopic(own, topic, broker, { isFresh: false })
    await makeContentTopic(contentTopic(application(running.link.queryId)), topic, broker, { isFresh: true })
    this.#contents = {
      running: new TopicContent(topic, broker, maxBytes),
      next: new TopicContent(own, broker, maxBytes),
    }
  }

  async #readContents(): Promise<void> {
    await this.#contents?.running.catchUp()
    await this.#contents?.next.catchUp()
  }

  /** Where the running version stands, in the topics that the new one reads; the ends of topics that it does not read. */
  async #handover(): Promise<Limits> {
    const { broker, running, version, application } = this.#options
    const topics = sourceTopics(version.plan)
    const limits = new Map(await committedOf(application(running.link.queryId), topics, broker))
    for (const topic of topics) {
      for (const { partition, offset } of await broker.endOffsets(topic, { readCommitted: true })) {
        const key = positionKey({ topic, partition })
        if (!limits.has(key)) limits.set(key, offset)
      }
    }
    return limits
  }

  /** The running version, which was stopped, processes what lies between its tasks, and answers pull queries again. */
  async #finishRunning(): Promise<void> {
    const { running, broker, application } = this.#options
    const group = application(running.link.queryId)
    const { plan, overrides, statement } = running
    const limits = await committedOf(group, sourceTopics(plan), broker)
    const round = this.#round({ plan, application: group, config: overrides, statement, limits }, { isLast: true })
    await startRound(round, this.#options)
    if (repartitionTopics(plan, group).length > 0) await endOfRound(round, this.#options)
  }

  async #runTo(limits: Limits, pace: { readonly isLast: boolean }): Promise<void> {
    const { version, application } = this.#options
    const group = application(version.link.queryId)
    const plan = stagedPlan(version, group)
    const { overrides: config, statement } = version
    const round = this.#round({ plan, application: group, config, statement, limits }, pace)
    await startRound(round, this.#options)
    await endOfRound(round, this.#options)
  }

  #round(
    round: Pick<Round, 'plan' | 'application' | 'config' | 'statement' | 'limits'>,
    { isLast }: { readonly isLast: boolean },
  ): Round {
    return {
      ...round,
      config: isLast ? { ...round.config, ...ROUND_CONFIG } : round.config,
      pollMs: isLast ? SWITCH_POLL_MS : BUILD_POLL_MS,
      timeoutMs: isLast ? SWITCH_TIMEOUT_MS : null,
      signal: this.#options.signal,
    }
  }

  async #writeDifference(): Promise<SwitchCounts> {
    const { broker, version, running, application, clock } = this.#options
    await this.#prepare()
    await this.#readContents()
    const { running: content, next } = this.#contents!
    const kept = contentTopic(application(running.link.queryId))
    return writeSwitch({
      broker,
      transactionalId: kept,
      sink: version.source.topic,
      running: content.partitions,
      next: next.partitions,
      kept,
      now: clock.now(),
    })
  }
}

const sum = (limits: Limits): number => [...limits.values()].reduce((total, offset) => total + offset, 0)
