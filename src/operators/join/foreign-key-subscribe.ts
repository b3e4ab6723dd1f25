/** First step of a foreign-key join: keeps the left rows and tells the right side which of its keys each refers to. */

import { textCodec } from '../../state/key.ts'
import { columnTypes } from '../../types/schema.ts'
import type { Row, Value } from '../../types/value.ts'
import { readsNoColumns } from '../column-read.ts'
import { compileColumn, silently } from '../evaluate.ts'
import type { OperatorDefinition } from '../operator.ts'
import { hasKey, recordKeys } from '../record-key.ts'
import { type ForeignKeySubscribeStep, type Instruction, subscriptionColumns } from './foreign-key-join.ts'
import { rowHash } from './row-hash.ts'

/** A left row without a foreign key (NULL or failing) matches nothing. Source: KIP-213, SubscriptionSendProcessorSupplier. */
export const foreignKeySubscribe: OperatorDefinition<ForeignKeySubscribeStep> = {
  label: 'FOREIGN_KEY_SUBSCRIBE',
  peerName: 'ForeignKeyTableTableJoin',
  oldValue: 'ignores',
  usesStreamTime: false,
  passesKey: false,
  expressions: ({ foreignKey }) => [foreignKey.expression],
  reads: readsNoColumns,
  view: null,
  upgrade: 'refused',
  inputs: ({ input }) => [input],
  schema: (step, [input]) => ({
    kind: 'stream',
    key: [{ name: step.foreignKey.name, type: step.foreignKey.type }],
    window: null,
    value: [...input!.key, ...subscriptionColumns(step)],
  }),
  stores: ({ store }, [input]) => [{ name: store, kind: 'keyValue', types: columnTypes(input!.value) }],
  build({ foreignKey, join, store: name, isRouted }, [input], context, emit) {
    const keys = recordKeys(input!)
    const store = context.store({ name, kind: 'keyValue' })
    const foreignKeyOf = compileColumn(foreignKey, 0, context)
    const oldForeignKeyOf = compileColumn(foreignKey, 0, silently(context))
    const hashOf = rowHash(input!.value)
    const { encode } = textCodec([foreignKey.type])
    const subscriptions = join === 'LEFT' ? leftSubscriptions : innerSubscriptions
    return {
      inputs: [
        (record) => {
          if (!hasKey(record)) return
          const { key, value, timestamp, headers } = record
          const storeKey = keys.encode(key, null)
          const oldRow = store.get(storeKey)?.row ?? null
          if (value !== null) store.put(storeKey, { row: value, timestamp })
          else if (oldRow === null) return
          else store.delete(storeKey)
          const from = oldRow === null ? null : oldForeignKeyOf(oldRow)
          const to = value === null ? null : foreignKeyOf(value)
          const isMoved = from === null || to === null || encode([from]) !== encode([to])
          const hash = value === null ? null : hashOf(value)
          for (const [foreignKeyValue, instruction] of subscriptions({ from, to, isMoved, oldRow, value })) {
            const row: Row = [...key, instruction, hash]
            if (isRouted) row.push(context.partition)
            const subscriptionKey = foreignKeyValue === null ? null : [foreignKeyValue]
            emit({ key: subscriptionKey, window: null, value: row, oldValue: null, timestamp, headers })
          }
        },
      ],
    }
  },
}

interface LeftChange {
  /** Foreign keys of the old and of the new row; null: none. */
  readonly from: Value
  readonly to: Value
  readonly isMoved: boolean
  readonly oldRow: Row | null
  readonly value: Row | null
}

type Subscriptions = readonly (readonly [foreignKey: Value, instruction: Instruction])[]

/** Every left row has a result, so that each change has exactly one answer. */
function leftSubscriptions({ from, to, isMoved }: LeftChange): Subscriptions {
  if (from === null || !isMoved) return [[to, 'ANSWER']]
  return to === null
    ? [[from, 'REMOVE_AND_ANSWER']]
    : [
        [from, 'REMOVE'],
        [to, 'ANSWER'],
      ]
}

/** A row that had no foreign key before cannot have a result to delete, so that its new key need not answer unless it has a row. */
function innerSubscriptions({ from, to, isMoved }: LeftChange): Subscriptions {
  if (from === null) return to === null ? [] : [[to, 'ANSWER_IF_FOUND']]
  if (to === null) return [[from, 'REMOVE_AND_ANSWER']]
  return isMoved
    ? [
        [from, 'REMOVE'],
        [to, 'ANSWER'],
      ]
    : [[to, 'ANSWER']]
}
