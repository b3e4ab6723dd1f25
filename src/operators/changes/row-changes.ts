/**
 * What the operators over changes share. Each takes a change as rows that leave a bag and rows that enter it, and its own result is such a bag, too:
 * additions and removals of equal rows cancel out, in whatever order they arrive. So the result is right where changes of one row come from
 * different tasks, and it is that of the query over all rows so far. Source: differential dataflow, DBSP (Budiu et al., VLDB 2023).
 */
import { textCodec } from '../../state/key.ts'
import type { Header, Process, StreamRecord } from '../../types/record.ts'
import { columnTypes } from '../../types/schema.ts'
import type { Row, Value } from '../../types/value.ts'
import type { StepSchema } from '../step.ts'

/** The rows that a record takes out and puts in; 0, 1 or 2. Streams only put in. */
export function eachRow({ oldValue, value }: StreamRecord, take: (row: Row, count: 1 | -1) => void): void {
  if (oldValue !== null) take(oldValue, -1)
  if (value !== null) take(value, 1)
}

/** Equal rows have equal texts, and the other way round. */
export const rowTexts = ({ value }: Pick<StepSchema, 'value'>): ((row: Row) => string) =>
  textCodec(columnTypes(value)).encode

/**
 * Whether rows have equal texts. A text is only made where the values do not tell: of objects that are not the same, and of zeros of either sign.
 * `a` has no more columns than the text.
 */
export const rowEquality =
  (textOf: (row: Row) => string) =>
  (a: Row, b: Row): boolean => {
    if (a === b) return true
    let isCertain = true
    for (let i = 0; i < a.length; i++) {
      if (Object.is(a[i], b[i])) continue
      if (a[i] !== b[i] && !areObjects(a[i]!, b[i]!)) return false
      isCertain = false
    }
    return isCertain || textOf(a) === textOf(b)
  }

const areObjects = (a: Value, b: Value): boolean =>
  typeof a === 'object' && typeof b === 'object' && a !== null && b !== null

/** How changes leave an operator. */
export interface LeavingChanges {
  /** Text of the key under which a row leaves. */
  readonly keyTextOf: (row: Row) => string
  /** Text of a whole row. */
  readonly textOf: (row: Row) => string
  readonly keyOf: (row: Row) => Row
  readonly emit: Process
}

interface Leaving {
  readonly removed: Row[]
  readonly added: Row[]
  /** Those of the record that changed the key last. */
  timestamp: number
  headers: readonly Header[] | null
}

/** Beyond this many keys changes leave at once: what is held back stays bounded. */
const MAX_HELD_BACK = 100_000

/**
 * Gathers what input records change in the result, so that a row that is replaced under its key leaves as one change, and one that is taken out
 * and put in again not at all.
 */
export class RowChanges {
  readonly #leaving = new Map<string, Leaving>()
  readonly #options: LeavingChanges
  readonly #areEqual: (a: Row, b: Row) => boolean
  #timestamp = 0
  #headers: readonly Header[] | null = null

  constructor(options: LeavingChanges) {
    this.#options = options
    this.#areEqual = rowEquality(options.textOf)
  }

  /** What changes from here on leaves with the time and the headers of that record. */
  begin({ timestamp, headers }: Pick<StreamRecord, 'timestamp' | 'headers'>): void {
    this.#timestamp = timestamp
    this.#headers = headers
    if (this.#leaving.size >= MAX_HELD_BACK) this.flush()
  }

  /** Takes out `-count` rows, or puts in `count`. */
  add(row: Row, count: number): void {
    if (count === 0) return
    const key = this.#options.keyTextOf(row)
    const leaving = this.#leavingUnder(key)
    for (let i = 0; i < Math.abs(count); i++) this.#addOne(row, leaving, count > 0)
    if (leaving.removed.length === 0 && leaving.added.length === 0) this.#leaving.delete(key)
  }

  /** Puts rows in the place of others, in the order of both; those that both begin with stay as they are. */
  replace(old: readonly Row[], now: readonly Row[]): void {
    let same = 0
    while (same < old.length && same < now.length && isSame(old[same]!, now[same]!)) same++
    for (const row of old.slice(same)) this.add(row, -1)
    for (const row of now.slice(same)) this.add(row, 1)
  }

  #leavingUnder(key: string): Leaving {
    const known = this.#leaving.get(key)
    if (known !== undefined) {
      known.timestamp = this.#timestamp
      known.headers = this.#headers
      return known
    }
    const leaving = { removed: [], added: [], timestamp: this.#timestamp, headers: this.#headers }
    this.#leaving.set(key, leaving)
    return leaving
  }

  #addOne(row: Row, { removed, added }: Leaving, isAdded: boolean): void {
    const opposite = isAdded ? removed : added
    const index = opposite.findIndex((other) => this.#areEqual(other, row))
    if (index >= 0) opposite.splice(index, 1)
    else (isAdded ? added : removed).push(row)
  }

  /** Emits what was gathered. */
  flush(): void {
    if (this.#leaving.size === 0) return
    const { keyOf, emit } = this.#options
    for (const { removed, added, timestamp, headers } of this.#leaving.values()) {
      const count = Math.max(removed.length, added.length)
      for (let i = 0; i < count; i++) {
        const oldValue = removed[i] ?? null
        const value = added[i] ?? null
        emit({ key: keyOf((value ?? oldValue)!), window: null, value, oldValue, timestamp, headers })
      }
    }
    this.#leaving.clear()
  }
}

/** Whether the columns are the same values; equal ones that are not the same cancel out later. */
function isSame(a: Row, b: Row): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** How the rows of a step leave under a key of some of their columns, given by index. Without columns the result is a bag: keyed by the row itself. */
export function leavingUnder(key: readonly number[], output: Pick<StepSchema, 'value'>, emit: Process): LeavingChanges {
  const textOf = rowTexts(output)
  if (key.length === 0) return { keyTextOf: textOf, textOf, keyOf: () => [], emit }
  const { encode } = textCodec(key.map((index) => output.value[index]!.type))
  const keyOf = (row: Row): Row => key.map((index) => row[index]!)
  return { keyTextOf: (row) => encode(keyOf(row)), textOf, keyOf, emit }
}

/** The key columns of the schema of such a step. */
export const keyColumnsOf = (key: readonly number[], columns: StepSchema['value']): StepSchema['key'] =>
  key.map((index) => columns[index]!)
