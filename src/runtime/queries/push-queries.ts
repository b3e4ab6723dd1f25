/**
 * Push queries: tasks like any others, whose rows go to subscribers. Equal queries that read new records only and keep no
 * state share one set of tasks, whose rows go to all of them; so do queries that differ in the constant of a filter, of which each gets its rows
 * (`push-route.ts`). Tasks keep the pace of the fastest subscriber, so that rows do not pile up
 * while the server itself cannot send them faster; a subscriber that falls behind the others is ended, at no cost to them.
 *
 * Subscribers with other rows have other paces. So tasks whose rows are routed pause when many rows wait in all, and whoever takes none of its
 * rows during such a pause is ended, because the others wait for it.
 */
import type { Scheduled, Timer } from '../../clock.ts'
import { QueryError } from '../../errors.ts'
import type { PhysicalPlan } from '../../plan/physical-plan.ts'
import { isOperator, stepSchemas, storesOf } from '../../plan/topology.ts'
import type { Value } from '../../types/value.ts'
import type { ProcessingError } from '../processing-error.ts'
import { type Config, readsFromStart } from '../query-config.ts'
import type { PushRow, PushSubscriber, PushSubscription, QueryFailure } from '../query-runtime.ts'
import { type PushRoute, routeOf, rowsByValue } from './push-route.ts'
import type { RunningQuery } from './running-query.ts'
import { SubscriberQueue } from './subscriber-queue.ts'

/** Tasks whose rows are routed pause when this many times the rows that one subscriber may be behind wait in all. */
const PAUSE_AT_BUFFERS = 2
/** How long a subscriber may take nothing while the tasks wait for it. */
const STALL_MS = 5_000

/** Tasks pause when more rows than this wait for each of their subscribers, and continue when fewer than half of it wait for one. */
const PAUSE_AT_ROWS = 4_096

export interface PushQueriesOptions {
  /** A query that is not started, with the plan's id. */
  readonly make: (plan: PhysicalPlan, config: Config, onEnded: (failure: QueryFailure) => void) => RunningQuery
  /** Rows that one subscriber may be behind another. */
  readonly maxBufferedRows: number
  readonly timer: Timer
  /** Called when the tasks of the query have ended. */
  readonly onEnded: (queryId: string) => void
}

interface TaskSet {
  readonly query: RunningQuery
  readonly queryId: string
  readonly subscribers: Set<SubscriberQueue>
  /** The subscribers by the value that they want; null: all get all rows. */
  readonly routes: Map<Value, Set<SubscriberQueue>> | null
  /** Equal for queries that share the set; null: it is not shared. */
  readonly identity: string | null
  readonly started: Promise<void>
  isPaused: boolean
  /** More rows wait for some subscriber than it may be behind the others. */
  hasSlow: boolean
  /** Rows that wait for all subscribers together. */
  waiting: number
  /** Ends whoever takes nothing while routed tasks are paused. */
  stallCheck: Scheduled | null
}

export class PushQueries {
  readonly #options: PushQueriesOptions
  readonly #sets = new Map<string, TaskSet>()
  readonly #shared = new Map<string, TaskSet>()

  constructor(options: PushQueriesOptions) {
    this.#options = options
  }

  /** Resolves when the tasks run. If they cannot, the subscriber's `onEnd` is called, as at any other end. */
  async subscribe(plan: PhysicalPlan, config: Config, subscriber: PushSubscriber): Promise<PushSubscription> {
    const route = isShareable(plan, config) ? routeOf(plan) : null
    const set = this.#setFor(plan, route, config)
    const limit = limitOf(plan)
    const queue = new SubscriberQueue({
      subscriber,
      limit,
      onWaiting: (rows) => {
        set.waiting += rows
      },
      onProgress: () => this.#progress(set, queue),
      onEnded: () => {
        if (route !== null) removeRoute(set, route.value, queue)
        this.#leave(set, queue)
      },
    })
    set.subscribers.add(queue)
    const routed = route === null ? null : addRoute(set, route.value, queue)
    this.#regulate(set)
    if (limit === 0) queue.end({ reason: 'limit' })
    await set.started
    await routed
    return {
      close: async () => {
        queue.end({ reason: 'closed' })
        await set.query.settled()
      },
    }
  }

  /** Hands rows to the subscribers of the query, if there are any left. */
  onRows(queryId: string, rows: readonly PushRow[]): void {
    const set = this.#sets.get(queryId)
    if (set === undefined) return
    if (set.routes !== null) {
      this.#route(set, set.routes, rows)
      return
    }
    for (const queue of set.subscribers) queue.offer(rows)
    this.#endSlow(set)
    this.#regulate(set)
  }

  /** Tells the subscribers of the query, if it is one of these, of a record that could not be read or processed. */
  onProcessingError(queryId: string, error: ProcessingError): void {
    for (const queue of this.#sets.get(queryId)?.subscribers ?? []) queue.onProcessingError(error)
  }

  find(queryId: string): RunningQuery | undefined {
    return this.#sets.get(queryId)?.query
  }

  get running(): RunningQuery[] {
    return [...this.#sets.values()].map(({ query }) => query)
  }

  async close(): Promise<void> {
    const sets = [...this.#sets.values()]
    for (const { subscribers } of sets) for (const queue of [...subscribers]) queue.end({ reason: 'closed' })
    await Promise.all(sets.map(({ query }) => query.settled()))
  }

  /** Looks at all subscribers only if rows wait for one of those that have got some: a row must not cost a look at each of ten thousand. */
  #route(set: TaskSet, routes: ReadonlyMap<Value, ReadonlySet<SubscriberQueue>>, rows: readonly PushRow[]): void {
    let most = 0
    for (const [value, wanted] of rowsByValue(rows)) {
      for (const queue of routes.get(value) ?? []) {
        queue.offer(wanted)
        most = Math.max(most, queue.size)
      }
    }
    if (most > this.#options.maxBufferedRows) this.#endSlow(set)
    if (most > this.#pauseAt || set.waiting > this.#pauseAll) this.#regulate(set)
  }

  #setFor(plan: PhysicalPlan, route: PushRoute | null, config: Config): TaskSet {
    const identity = identityOf(plan, route, config)
    const shared = identity === null ? undefined : this.#shared.get(identity)
    if (shared !== undefined) return shared
    const { queryId } = plan
    const query = this.#options.make(withoutLimit(route?.plan ?? plan), config, (failure) =>
      this.#fail(queryId, failure),
    )
    const set: TaskSet = {
      query,
      queryId,
      subscribers: new Set(),
      routes: route === null ? null : new Map(),
      identity,
      started: query.start(),
      isPaused: false,
      hasSlow: false,
      waiting: 0,
      stallCheck: null,
    }
    this.#sets.set(queryId, set)
    if (identity !== null) this.#shared.set(identity, set)
    return set
  }

  #leave(set: TaskSet, queue: SubscriberQueue): void {
    set.subscribers.delete(queue)
    if (set.subscribers.size === 0) this.#end(set)
    else this.#regulate(set)
  }

  #end(set: TaskSet): void {
    if (this.#sets.get(set.queryId) !== set) return
    this.#sets.delete(set.queryId)
    if (set.identity !== null && this.#shared.get(set.identity) === set) this.#shared.delete(set.identity)
    set.stallCheck?.cancel()
    void set.query.stop({ purge: true }).catch(() => {})
    this.#options.onEnded(set.queryId)
  }

  #fail(queryId: string, { message, type }: QueryFailure): void {
    const set = this.#sets.get(queryId)
    if (set === undefined) return
    const error = new QueryError(message, { queryId, type })
    for (const queue of [...set.subscribers]) queue.end({ reason: 'error', error })
  }

  /** Slows the tasks down to the fastest subscriber; where they get different rows, to all of them together. */
  #regulate(set: TaskSet): void {
    const isOver = set.routes !== null && set.waiting > (set.isPaused ? this.#pauseAll / 2 : this.#pauseAll)
    if (isOver) {
      this.#setPaused(set, true)
      this.#watchStalled(set)
      return
    }
    const fewest = fewestWaiting(set)
    this.#setPaused(set, fewest > (set.isPaused ? this.#pauseAt / 2 : this.#pauseAt))
  }

  /** One subscriber has taken rows. */
  #progress(set: TaskSet, { size }: SubscriberQueue): void {
    if (size === 0 && set.hasSlow) this.#endSlow(set)
    if (!set.isPaused || size > this.#pauseAt / 2) return
    if (set.routes === null || set.waiting <= this.#pauseAll / 2) this.#setPaused(set, false)
  }

  #watchStalled(set: TaskSet): void {
    if (set.stallCheck !== null) return
    const before = new Map([...set.subscribers].map((queue) => [queue, queue.taken]))
    set.stallCheck = this.#options.timer.after(STALL_MS, () => {
      set.stallCheck = null
      if (!set.isPaused) return
      for (const queue of [...set.subscribers]) {
        if (queue.size > 0 && queue.taken === before.get(queue)) queue.end({ reason: 'overrun' })
      }
      this.#regulate(set)
    })
  }

  /** All subscribers get the same rows, so the difference of waiting rows is how far one is behind another. */
  #endSlow(set: TaskSet): void {
    const { maxBufferedRows } = this.#options
    const fewest = fewestWaiting(set)
    set.hasSlow = false
    for (const queue of [...set.subscribers]) {
      if (queue.size - fewest > maxBufferedRows) queue.end({ reason: 'overrun' })
      else if (queue.size > maxBufferedRows) set.hasSlow = true
    }
  }

  #setPaused(set: TaskSet, isPaused: boolean): void {
    if (isPaused === set.isPaused) return
    set.isPaused = isPaused
    void set.query.setPaused(isPaused).catch(() => {})
  }

  get #pauseAll(): number {
    return PAUSE_AT_BUFFERS * this.#options.maxBufferedRows
  }

  /** A subscriber that is as fast as the others is not ended because of its server. */
  get #pauseAt(): number {
    return Math.min(PAUSE_AT_ROWS, this.#options.maxBufferedRows / 2)
  }
}

/** Rows that wait for the fastest subscriber; 0 if there is none. */
function fewestWaiting({ subscribers }: TaskSet): number {
  let fewest = Number.POSITIVE_INFINITY
  for (const { size } of subscribers) fewest = Math.min(fewest, size)
  return subscribers.size === 0 ? 0 : fewest
}

/** Resolves when the tasks let rows with the value pass. */
async function addRoute({ routes, query }: TaskSet, value: Value, queue: SubscriberQueue): Promise<void> {
  const others = routes!.get(value)
  if (others !== undefined) others.add(queue)
  else routes!.set(value, new Set([queue]))
  await query.setWanted(value, true)
}

function removeRoute({ routes, query }: TaskSet, value: Value, queue: SubscriberQueue): void {
  const others = routes!.get(value)
  if (others?.delete(queue) !== true || others.size > 0) return
  routes!.delete(value)
  void query.setWanted(value, false).catch(() => {})
}

const limitOf = ({ steps }: PhysicalPlan): number | null =>
  steps.find((step) => step.kind === 'subscriber')?.limit ?? null

/** The plan without its limit, which each subscriber applies by itself. */
const withoutLimit = (plan: PhysicalPlan): PhysicalPlan => ({
  ...plan,
  steps: plan.steps.map((step) => (step.kind === 'subscriber' ? { ...step, limit: null } : step)),
})

/** Equal for queries that can share their tasks; null for one that cannot. */
function identityOf(plan: PhysicalPlan, route: PushRoute | null, config: Config): string | null {
  if (!isShareable(plan, config)) return null
  const shared = route === null ? plan : { ...plan, steps: route.identity }
  return JSON.stringify([withoutLimit(shared).steps, plan.functions, Object.entries(config).toSorted()])
}

/** Whether others can have the query's tasks too: it has no state of its own, and does not read from the start. */
function isShareable({ steps }: PhysicalPlan, config: Config): boolean {
  const schemas = stepSchemas(steps)
  const isStateless = steps.every((step) => !isOperator(step) || storesOf(step, schemas).length === 0)
  const isCut = steps.some(({ kind }) => kind === 'repartition')
  return isStateless && !isCut && !readsFromStart(config)
}
