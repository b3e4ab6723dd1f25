/** What a task's record says of the indexes of its stores. */

/** An index of a store, with entries under an id of its own. */
export interface IndexRecord {
  readonly id: number
  readonly name: string
  readonly definition: string
  /** `building`: rows from before it was made may have no entry yet. `dropped`: its entries are not kept up, and are to be deleted. */
  readonly state: 'building' | 'ready' | 'dropped'
}

/** The indexes of a store that is changed without them. */
export const droppedIndexes = ({
  indexes = [],
}: {
  readonly indexes?: readonly IndexRecord[]
}): readonly IndexRecord[] => indexes.map((index) => ({ ...index, state: 'dropped' }))
