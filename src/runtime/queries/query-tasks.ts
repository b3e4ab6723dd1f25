/** What a server knows about all tasks of a query, on all servers: where they are placed, and what those that ran here have read. */
import { positionKey } from '../../broker/position-key.ts'
import type { QueryAssignment, TaskAssignment } from '../assignment.ts'
import type { SlotTerms } from '../slots.ts'
import { type MaterializationPartitions, materializationPartitions } from './materialization-partitions.ts'
import { type KnownInputs, type PlacedQuery, type PlacementOptions, partitionsRead, placeQuery } from './place-query.ts'

const NO_SLOTS: SlotTerms = new Map()
const NOTHING_READ: KnownInputs = { positions: new Set(), partitions: new Map() }

export class QueryTasks {
  readonly #query: PlacedQuery
  readonly #options: PlacementOptions
  #assignment: QueryAssignment | null = null
  /** Partitions (`positionKey`) that tasks here have read, so that an offset is committed for them. */
  readonly #positions = new Set<string>()
  /** How many partitions each topic had that tasks here have read. */
  #partitions: ReadonlyMap<string, number> = new Map()
  #materialization: MaterializationPartitions | null = null

  constructor(query: PlacedQuery, options: PlacementOptions) {
    this.#query = query
    this.#options = options
  }

  /** All of them; null: not known yet. */
  get assignment(): QueryAssignment | null {
    return this.#assignment
  }

  /** Null: not known yet. */
  get all(): readonly TaskAssignment[] | null {
    return this.#assignment?.tasks ?? null
  }

  /** Throws an Error if the plan keeps no table. Null: the tasks are not known yet. */
  get materialization(): MaterializationPartitions | null {
    if (this.#assignment !== null) this.#materialization ??= materializationPartitions(this.#assignment)
    return this.#materialization
  }

  /** Places the tasks, of which those in the slots `owned` are to run here. Rejects as `placeQuery` does. */
  async place(owned: SlotTerms, { paused }: { readonly paused: boolean }): Promise<QueryAssignment> {
    const known = { positions: this.#positions, partitions: this.#partitions }
    const placed = await placeQuery({ ...this.#query, paused }, this.#options, { owned, known })
    this.#assignment = placed
    this.#materialization = null
    this.#partitions = partitionsRead(placed.tasks)
    const here = placed.tasks.filter(({ slot }) => owned.has(slot))
    for (const input of here.flatMap(({ inputs }) => inputs)) this.#positions.add(positionKey(input))
    return placed
  }

  /** Learns where the tasks are, unless that is known. Rejects as `placeQuery` does. */
  async learn(): Promise<void> {
    if (this.#assignment !== null) return
    this.#assignment = await placeQuery(this.#query, this.#options, { owned: NO_SLOTS, known: NOTHING_READ })
  }

  /** The query begins again, from positions that have nothing to do with what was read. */
  forget(): void {
    this.#assignment = null
    this.#positions.clear()
    this.#partitions = new Map()
  }
}
