/**
 * Leaves out rows on their way to an OVER with a limit that cannot be within it: before they are sent, so that a Top-N costs its first rows.
 *
 * Memory: for each partition of the OVER the values of the first rows that were sent, in the order of the OVER and as many as the limit lets in; those of
 * each rank once where equal rows share it and no rank is left out. Nothing is stored: after a restart more rows are sent than need be.
 *
 * Equation: a row is left out if the limit is full of rows that were sent and come before it. The OVER has these when the row would reach it, and what is
 * behind its limit once stays there: rows of a stream never leave, and those of a table only come forward (plan/clauses/growing-rows.ts). A change of a row
 * whose old value was left out takes out one that the OVER does not have, which it knows by its place.
 *
 * Where hardly any row is left out, rows pass for a while without a look (`SentShare`).
 */

import type { RowComparator } from '../../types/row-comparator.ts'
import type { Row } from '../../types/value.ts'
import { noExpressions } from '../column-read.ts'
import type { OperatorDefinition } from '../operator.ts'
import { SentShare } from '../sent-share.ts'
import type { StepId } from '../step.ts'
import type { RankLimit } from './ordered-rows.ts'
import { rowOrder } from './row-order.ts'
import type { SortColumn } from './sort-text.ts'

export interface EarlyLimitStep {
  readonly kind: 'earlyLimit'
  readonly id: StepId
  /** Rows under the encoded key of their partition. */
  readonly input: StepId
  readonly order: readonly SortColumn[]
  readonly limit: RankLimit
}

/** The highest rank with which a limit is known early: a row is put into a list. */
export const MAX_EARLY_RANK = 100

/** Values in memory, of all partitions of a task. Beyond it all are forgotten, and found again. */
const MAX_VALUES = 20_000

export const earlyLimit: OperatorDefinition<EarlyLimitStep> = {
  label: 'EARLY_LIMIT',
  peerName: 'EarlyLimit',
  oldValue: 'reads',
  usesStreamTime: false,
  passesKey: false,
  expressions: noExpressions,
  reads: ({ order }, [input]) =>
    order.map(({ index }) => ({ row: input!.value, index, name: null, type: input!.value[index]!.type })),
  view: null,
  upgrade: 'free',
  inputs: ({ input }) => [input],
  schema: (_step, [input]) => input!,
  build({ order, limit }, [input], _context, emit) {
    const columns = order.map(({ index }) => input!.value[index]!)
    const firsts = new FirstValues(limit, {
      valuesOf: (row) => order.map(({ index }) => row[index]!),
      compare: rowOrder(
        order.map((column, index) => ({ ...column, index })),
        columns,
      ),
    })
    const share = new SentShare()
    return {
      inputs: [
        (record) => {
          const { value, oldValue } = record
          if (value === null || share.passes()) {
            emit(record)
            return
          }
          const partition = record.key![0] as string
          const isFirst = firsts.replace(partition, oldValue, value)
          share.note(isFirst)
          // Rows that pass without a look are not among the values that are known.
          if (share.isTooLarge) firsts.clear()
          if (isFirst) emit(record)
        },
      ],
    }
  },
}

interface OrderedValues {
  /** The values by which a row is in order. */
  readonly valuesOf: (row: Row) => Row
  readonly compare: RowComparator
}

/** The values of the first rows of partitions: some of those that there are, as others may have been forgotten. */
class FirstValues {
  readonly #partitions = new Map<string, Row[]>()
  readonly #limit: RankLimit
  readonly #valuesOf: OrderedValues['valuesOf']
  readonly #compare: RowComparator
  #count = 0

  constructor(limit: RankLimit, { valuesOf, compare }: OrderedValues) {
    this.#limit = limit
    this.#valuesOf = valuesOf
    this.#compare = compare
  }

  /** Whether the row can be within the limit. `old`: the row in whose place it comes. */
  replace(partition: string, old: Row | null, row: Row): boolean {
    let values = this.#partitions.get(partition)
    if (values === undefined) {
      if (this.#count >= MAX_VALUES) this.clear()
      values = []
      this.#partitions.set(partition, values)
      this.#count++
    }
    const { ranking, rank } = this.#limit
    const end = values.at(-1)
    const now = this.#valuesOf(row)
    if (values.length === rank && this.#compare(now, end!) > 0) return false
    if (old !== null) this.#remove(values, this.#valuesOf(old))
    let at = values.length
    while (at > 0 && this.#compare(now, values[at - 1]!) < 0) at--
    const isKnown = ranking === 'DENSE_RANK' && at > 0 && this.#compare(now, values[at - 1]!) === 0
    if (isKnown || at === rank) return true
    values.splice(at, 0, now)
    this.#count++
    if (values.length > rank) {
      values.pop()
      this.#count--
    }
    return true
  }

  #remove(values: Row[], old: Row): void {
    const at = values.findIndex((one) => this.#compare(one, old) === 0)
    if (at < 0) return
    values.splice(at, 1)
    this.#count--
  }

  clear(): void {
    this.#partitions.clear()
    this.#count = 0
  }
}
