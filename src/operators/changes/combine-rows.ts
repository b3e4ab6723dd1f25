/**
 * UNION, INTERSECT and EXCEPT of two relations with the same columns; the result is a bag with ALL, else a set, whose key is the row.
 *
 * State: how often each row is there on either side.
 *
 * Equation: how often a row is in the result follows from these two numbers alone. A change of one of them leaves as the difference.
 */

import type { Process } from '../../types/record.ts'
import { columnTypes } from '../../types/schema.ts'
import { BIGINT } from '../../types/sql-type.ts'
import type { Row } from '../../types/value.ts'
import { noExpressions, sameTypes } from '../column-read.ts'
import type { OperatorDefinition } from '../operator.ts'
import type { StepId } from '../step.ts'
import { expiry } from './expiry.ts'
import { eachRow, rowTexts } from './row-changes.ts'

export interface CombineRowsStep {
  readonly kind: 'combineRows'
  readonly id: StepId
  /** Rows under the encoded key of all their columns. */
  readonly left: StepId
  readonly right: StepId
  readonly operator: 'UNION' | 'INTERSECT' | 'EXCEPT'
  readonly all: boolean
  /** How long a row is kept, in event time, after it was there last; null: for good. */
  readonly ttlMs: number | null
  readonly store: string
}

export const combineRows: OperatorDefinition<CombineRowsStep> = {
  label: 'COMBINE',
  peerName: 'CombineRows',
  oldValue: 'reads',
  usesStreamTime: ({ ttlMs }) => ttlMs !== null,
  passesKey: false,
  expressions: noExpressions,
  reads: (_step, [left, right]) => sameTypes(left!.value, right!.value),
  view: null,
  upgrade: 'refused',
  inputs: ({ left, right }) => [left, right],
  schema: ({ all }, [left]) => ({ kind: 'table', key: all ? [] : left!.value, window: null, value: left!.value }),
  stores: ({ store }) => [{ name: store, kind: 'keyValue', types: columnTypes(COUNTS) }],
  build({ operator, all, ttlMs, store: name }, [left], context, emit) {
    const store = context.store({ name, kind: 'keyValue' })
    const expire = expiry(ttlMs, [store], context)
    const textOf = rowTexts(left!)
    const countOf = COPIES[operator][all ? 'all' : 'distinct']
    const side =
      (index: 0 | 1): Process =>
      (record) => {
        eachRow(record, (row, count) => {
          const key = textOf(row)
          const counts = store.get(key)?.row.slice() ?? [0, 0]
          const before = copies(countOf, counts)
          counts[index] = (counts[index] as number) + count
          if (counts[0] === 0 && counts[1] === 0) store.delete(key)
          else store.put(key, { row: counts, timestamp: record.timestamp })
          const difference = copies(countOf, counts) - before
          const { timestamp, headers } = record
          const change = difference > 0 ? { value: row, oldValue: null } : { value: null, oldValue: row }
          for (let i = 0; i < Math.abs(difference); i++) {
            emit({ key: all ? [] : row, window: null, ...change, timestamp, headers })
          }
        })
        expire()
      }
    return { inputs: [side(0), side(1)] }
  },
}

const COUNTS = [
  { name: 'LEFT', type: BIGINT },
  { name: 'RIGHT', type: BIGINT },
]

type Copies = (left: number, right: number) => number

/** A count below zero stands for a removal that has come before its addition. */
const copies = (countOf: Copies, [left, right]: Row): number =>
  countOf(Math.max(left as number, 0), Math.max(right as number, 0))

const COPIES: {
  readonly [Operator in CombineRowsStep['operator']]: { readonly all: Copies; readonly distinct: Copies }
} = {
  UNION: { all: (left, right) => left + right, distinct: (left, right) => Math.min(left + right, 1) },
  INTERSECT: { all: Math.min, distinct: (left, right) => Math.min(left, right, 1) },
  EXCEPT: {
    all: (left, right) => Math.max(left - right, 0),
    distinct: (left, right) => (right === 0 ? Math.min(left, 1) : 0),
  },
}
