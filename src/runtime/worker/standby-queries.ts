/** The standbys of a worker by query, with what reading them takes. */
import type { PhysicalPlan } from '../../plan/physical-plan.ts'
import { splitTopology, stepSchemas } from '../../plan/topology.ts'
import type { QueryAssignment } from '../assignment.ts'
import type { StoreLag } from '../store-lag.ts'
import type { StandbyTask } from '../stores/standby-task.ts'
import type { Standbys } from '../stores/standbys.ts'
import type { CompiledQuery } from './compiled-query.ts'
import { standbyRequest } from './stores-request.ts'

export interface FollowedQuery extends Pick<CompiledQuery, 'topologies' | 'schemas'> {
  readonly plan: PhysicalPlan
}

export class StandbyQueries {
  /** Null: there are no changelogs to follow. */
  readonly #standbys: Standbys | null
  readonly #queries = new Map<string, FollowedQuery>()

  constructor(standbys: Standbys | null) {
    this.#standbys = standbys
  }

  get lags(): readonly StoreLag[] {
    return this.#standbys?.lags ?? []
  }

  /** As `Worker.follow`. */
  async follow(query: QueryAssignment): Promise<void> {
    const { queryId, plan, tasks } = query
    if (this.#standbys === null) return
    if (tasks.length === 0) this.#queries.delete(queryId)
    else if (this.#queries.get(queryId)?.plan !== plan) {
      // CREATE OR REPLACE gives the query another plan under its name.
      this.#queries.set(queryId, { plan, topologies: splitTopology(plan.steps), schemas: stepSchemas(plan.steps) })
    }
    const requests = tasks.flatMap((assignment) => {
      const { topologies, schemas } = this.#queries.get(queryId)!
      return standbyRequest({ query, assignment, topology: topologies[assignment.topology]!, schemas }) ?? []
    })
    await this.#standbys.follow(queryId, requests)
  }

  /** Ends the writing of the copies of tasks that are about to be opened. */
  async halt({ queryId, tasks }: QueryAssignment): Promise<void> {
    await this.#standbys?.halt(
      queryId,
      tasks.map(({ id }) => id),
    )
  }

  /** Ends those of a query whose state is about to be deleted. */
  async end(queryId: string): Promise<void> {
    this.#queries.delete(queryId)
    await this.#standbys?.follow(queryId, [])
  }

  /** Undefined: there are none of the query here. */
  find(queryId: string): FollowedQuery | undefined {
    return this.#queries.get(queryId)
  }

  taskOf(queryId: string, taskId: string): StandbyTask | undefined {
    return this.#standbys?.find(queryId, taskId)
  }
}
