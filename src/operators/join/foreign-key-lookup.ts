/** Second step of a foreign-key join: keeps right rows and the left keys that refer to them, and answers when either changes. */

import { prefixRange, textCodec } from '../../state/key.ts'
import type { StoredRow } from '../../state/store.ts'
import type { Header } from '../../types/record.ts'
import { columnTypes } from '../../types/schema.ts'
import { INTEGER, STRING } from '../../types/sql-type.ts'
import type { Row, Value } from '../../types/value.ts'
import { noExpressions, sameColumns, sameTypes } from '../column-read.ts'
import type { OperatorDefinition } from '../operator.ts'
import { hasKey, recordKeys } from '../record-key.ts'
import {
  type ForeignKeyLookupStep,
  type Instruction,
  responseColumns,
  subscriptionColumns,
} from './foreign-key-join.ts'

/**
 * The store of subscriptions is keyed by foreign key, then left key, so that those of one right row are a range; its rows are the left
 * key and the hash of the left row. The delete of a left row has the time of the later row in an INNER join, its own in a LEFT one, where
 * ksqlDB does not look for the right row. Source: KIP-213, SubscriptionReceive-, SubscriptionJoin- and ForeignTableJoinProcessorSupplier.
 */
export const foreignKeyLookup: OperatorDefinition<ForeignKeyLookupStep> = {
  label: 'FOREIGN_KEY_LOOKUP',
  peerName: 'ForeignKeyTableTableJoin',
  oldValue: 'ignores',
  usesStreamTime: false,
  passesKey: false,
  expressions: noExpressions,
  reads: (step, [subscriptions, right]) => [
    ...sameTypes(step.leftKey, subscriptions!.value),
    ...sameColumns([...step.leftKey, ...subscriptionColumns(step)], subscriptions!.value).slice(step.leftKey.length),
    ...sameTypes(subscriptions!.key, right!.key),
  ],
  view: null,
  upgrade: 'refused',
  inputs: ({ subscriptions, right }) => [subscriptions, right],
  schema: (step, [, right]) => ({
    kind: 'stream',
    key: step.leftKey,
    window: null,
    value: [...responseColumns(step), ...right!.value],
  }),
  stores: ({ subscriptionStore, rightStore, leftKey, isRouted }, [, right]) => [
    {
      name: subscriptionStore,
      kind: 'keyValue',
      types: [...columnTypes(leftKey), STRING, ...(isRouted ? [INTEGER] : [])],
    },
    { name: rightStore, kind: 'keyValue', types: columnTypes(right!.value) },
  ],
  build({ join, leftKey, subscriptionStore, rightStore }, [subscriptionSchema, right], context, emit) {
    const subscriptions = context.store({ name: subscriptionStore, kind: 'keyValue' })
    const rightRows = context.store({ name: rightStore, kind: 'keyValue' })
    const rightKeys = recordKeys(right!)
    const foreignKeys = textCodec(subscriptionSchema!.key.map(({ type }) => type))
    const leftKeys = textCodec(leftKey.map(({ type }) => type))
    const noRow: Row = new Array(right!.value.length).fill(null)

    const answer = (subscription: Row, row: Row | null, timestamp: number, headers: readonly Header[] | null): void => {
      const key = subscription.slice(0, leftKey.length)
      const [hash, ...partition] = subscription.slice(leftKey.length) as [Value, ...Value[]]
      const value = [hash, row !== null, ...partition, ...(row ?? noRow)]
      emit({ key, window: null, value, oldValue: null, timestamp, headers })
    }

    const keep = (foreignKey: Row, instruction: Instruction, { row, timestamp }: StoredRow): void => {
      const key = foreignKeys.encode(foreignKey) + leftKeys.encode(row)
      if (instruction === 'REMOVE' || instruction === 'REMOVE_AND_ANSWER') subscriptions.delete(key)
      else subscriptions.put(key, { row, timestamp })
    }

    return {
      inputs: [
        (record) => {
          const { value, timestamp, headers } = record
          if (value === null) return
          const { instruction, subscription } = parseSubscription(value, leftKey.length)
          if (!hasKey(record)) {
            answer(subscription, null, timestamp, headers)
            return
          }
          keep(record.key, instruction, { row: subscription, timestamp })
          const found = rightRows.get(rightKeys.encode(record.key, null))
          if (instruction === 'REMOVE' || (instruction === 'ANSWER_IF_FOUND' && found === undefined)) return
          const row = instruction === 'REMOVE_AND_ANSWER' ? null : (found?.row ?? null)
          const usesRight = found !== undefined && (row !== null || join === 'INNER')
          answer(subscription, row, usesRight ? Math.max(timestamp, found.timestamp) : timestamp, headers)
        },
        (record) => {
          if (!hasKey(record)) return
          const { key, value, timestamp, headers } = record
          if (value === null) rightRows.delete(rightKeys.encode(key, null))
          else rightRows.put(rightKeys.encode(key, null), { row: value, timestamp })
          for (const [, { row }] of [...subscriptions.entries(prefixRange(foreignKeys.encode(key)))]) {
            answer(row, value, timestamp, headers)
          }
        },
      ],
    }
  },
}

/** A subscription's row: left key columns, instruction, hash, perhaps the partition. The instruction is not kept. */
const parseSubscription = (row: Row, keyWidth: number): { instruction: Instruction; subscription: Row } => ({
  instruction: row[keyWidth] as Value as Instruction,
  subscription: [...row.slice(0, keyWidth), ...row.slice(keyWidth + 1)],
})
