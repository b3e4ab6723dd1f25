/** The standbys of a query on this server: copies of its tasks in the slots that the server follows. */
import type { Scheduled, Timer } from '../../clock.ts'
import { haveStores, splitTopology, stepSchemas } from '../../plan/topology.ts'
import type { TaskAssignment } from '../assignment.ts'
import { lagOf, type StoreLag } from '../store-lag.ts'
import { unlessLost, type Worker } from '../worker.ts'
import type { FollowedSlots } from './followed-slots.ts'
import type { PlacedQuery, PlacementOptions } from './place-query.ts'
import type { QueryTasks } from './query-tasks.ts'
import type { QueryWorkers } from './query-workers.ts'

export interface QueryStandbysOptions extends Pick<PlacementOptions, 'changelogs'> {
  readonly query: PlacedQuery
  readonly tasks: Pick<QueryTasks, 'learn' | 'assignment'>
  readonly workers: Pick<QueryWorkers, 'choose'>
  readonly followed: FollowedSlots
  readonly timer: Timer
  /** Tries `update` again, in the query's turn. */
  readonly retry: () => void
}

const RETRY_MS = 5_000

export class QueryStandbys {
  readonly #options: QueryStandbysOptions
  /** Sub-topologies that have state. */
  readonly #stateful: ReadonlySet<number>
  /** The worker of each slot that is followed. */
  #following: ReadonlyMap<number, Worker> = new Map()
  /** What was followed at the last update that succeeded; null: the last one failed. */
  #slots: ReadonlySet<number> | null = new Set()
  #retry: Scheduled | null = null

  constructor(options: QueryStandbysOptions) {
    this.#options = options
    const { steps } = options.query.plan
    const schemas = stepSchemas(steps)
    const isStateful = options.changelogs && !options.query.transient
    this.#stateful = new Set(
      (isStateful ? splitTopology(steps) : []).flatMap((topology) =>
        haveStores(topology.steps, schemas) ? [topology.index] : [],
      ),
    )
  }

  /** Follows the slots that the server follows now. Never rejects: after a failure it is tried again. */
  async update(): Promise<void> {
    const slots = this.#options.followed.all
    if (this.#stateful.size === 0 || (slots.size === 0 && this.#following.size === 0)) {
      this.#slots = slots
      return
    }
    this.#retry?.cancel()
    try {
      await this.#follow(slots)
      this.#slots = slots
    } catch {
      this.#slots = null
      this.#retry = this.#options.timer.after(RETRY_MS, () => this.#options.retry(), { background: true })
    }
  }

  /** The worker that has copies of the slot's tasks. */
  workerOf(slot: number): Worker | undefined {
    return this.#following.get(slot)
  }

  /** Forgets what a worker had that has died. */
  drop(worker: Worker): void {
    this.#following = new Map([...this.#following].filter(([, other]) => other !== worker))
  }

  /** The query is about to end: nothing is tried again. */
  cancel(): void {
    this.#retry?.cancel()
  }

  /** Slots of which a copy is missing, or lags by more than `acceptable` records. */
  behind(acceptable: number): ReadonlySet<number> {
    const { followed } = this.#options
    if (this.#stateful.size === 0) return new Set()
    if (this.#slots !== followed.all) return followed.all
    const isBehind = (lag: StoreLag): boolean => (lagOf(lag) ?? Number.POSITIVE_INFINITY) > acceptable
    const { lags } = this
    const known = new Set(lags.map(({ slot }) => slot))
    const missing = [...this.#following.keys()].filter((slot) => !known.has(slot))
    return new Set([...missing, ...lags.filter(isBehind).map(({ slot }) => slot)])
  }

  get lags(): StoreLag[] {
    const { queryId } = this.#options.query.plan
    const workers = new Set(this.#following.values())
    return [...workers].flatMap((worker) => worker.lags.filter((lag) => lag.queryId === queryId))
  }

  async #follow(slots: ReadonlySet<number>): Promise<void> {
    const { tasks, workers } = this.#options
    await tasks.learn()
    const assignment = tasks.assignment!
    const isFollowed = ({ slot, topology }: TaskAssignment) => slots.has(slot) && this.#stateful.has(topology)
    const parts = await workers.choose(assignment.tasks.filter(isFollowed))
    const former = new Set(this.#following.values())
    this.#following = new Map([...parts].flatMap(([worker, own]) => own.map(({ slot }) => [slot, worker] as const)))
    const all = [...new Set([...former, ...parts.keys()])]
    await Promise.all(
      all.map((worker) => worker.follow({ ...assignment, tasks: parts.get(worker) ?? [] }).catch(unlessLost)),
    )
  }
}
