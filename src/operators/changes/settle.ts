/**
 * Puts changes of one key in order that come from several tasks upstream: the delete of a row may arrive after the row that replaces it.
 *
 * State: the rows that are there now, for each key; more than one only while a removal is on its way.
 *
 * Equation: the row of a key is the only one there; while there are several, the latest by time.
 */
import type { KeyValueStore } from '../../state/store.ts'
import type { Row } from '../../types/value.ts'
import { noExpressions, readsNoColumns } from '../column-read.ts'
import type { OperatorDefinition } from '../operator.ts'
import type { StepId, StepSchema } from '../step.ts'
import { Bag, bagStore, type Counted } from './bag.ts'
import { type KeyRows, listedRows, listedRowsStore } from './listed-rows.ts'
import { eachRow, keyColumnsOf, leavingUnder, rowEquality, rowTexts } from './row-changes.ts'

export interface SettleStep {
  readonly kind: 'settle'
  readonly id: StepId
  /** Changes under an encoded key. */
  readonly input: StepId
  /** Columns of the row that are the key of the result. */
  readonly key: readonly number[]
  /** Whether its store has the rows of a key as one list. Plans of older servers have bags. */
  readonly isListed?: boolean
  readonly store: string
}

export const settle: OperatorDefinition<SettleStep> = {
  label: 'SETTLE',
  peerName: 'Settle',
  oldValue: 'reads',
  usesStreamTime: false,
  passesKey: false,
  expressions: noExpressions,
  reads: readsNoColumns,
  view: null,
  upgrade: 'refused',
  inputs: ({ input }) => [input],
  schema: ({ key }, [input]) => ({
    kind: 'table',
    key: keyColumnsOf(key, input!.value),
    window: null,
    value: input!.value,
  }),
  stores: ({ store, isListed }, [input]) => [
    isListed === true ? listedRowsStore(store, input!.value) : bagStore(store, input!.value),
  ],
  build({ key, store: name, isListed }, [input], context, emit) {
    const store = context.store({ name, kind: 'keyValue' })
    const textOf = rowTexts(input!)
    const areEqual = rowEquality(textOf)
    const rows = isListed === true ? listedRows(store, input!, areEqual) : baggedRows(store, input!, textOf)
    const { keyOf } = leavingUnder(key, input!, emit)
    return {
      inputs: [
        (record) => {
          const { timestamp, headers } = record
          const [before, after] = rows.change(record, record.key![0] as string)
          if (before === null && after === null) return
          if (before !== null && after !== null && areEqual(before, after)) return
          emit({ key: keyOf((after ?? before)!), window: null, value: after, oldValue: before, timestamp, headers })
        },
      ],
    }
  },
}

/** As plans of older servers have them. */
function baggedRows(store: KeyValueStore, { value }: StepSchema, textOf: (row: Row) => string): KeyRows {
  const bag = new Bag(store, value.length)
  const current = (prefix: string): Row | null => {
    let latest: Counted | null = null
    for (const entry of bag.under(prefix)) {
      if (entry.count > 0 && (latest === null || entry.timestamp >= latest.timestamp)) latest = entry
    }
    return latest === null ? null : latest.row
  }
  return {
    change(record, prefix) {
      const before = current(prefix)
      eachRow(record, (row, count) => bag.add(prefix + textOf(row), row, count, record.timestamp))
      return [before, current(prefix)]
    },
  }
}
