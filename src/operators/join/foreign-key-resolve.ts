/** Last step of a foreign-key join: joins an answer of the right side with the left row, unless that has changed since the question. */

import { columnTypes } from '../../types/schema.ts'
import { noExpressions, sameColumns, sameTypes } from '../column-read.ts'
import type { OperatorDefinition } from '../operator.ts'
import { hasKey, recordKeys } from '../record-key.ts'
import { type ForeignKeyResolveStep, responseColumns } from './foreign-key-join.ts'
import { rowHash } from './row-hash.ts'

/** A stale answer is dropped: the newer left row has sent a request of its own. Source: KIP-213, ResponseJoinProcessorSupplier. */
export const foreignKeyResolve: OperatorDefinition<ForeignKeyResolveStep> = {
  label: 'FOREIGN_KEY_JOIN',
  peerName: 'ForeignKeyTableTableJoin',
  oldValue: 'ignores',
  usesStreamTime: false,
  passesKey: false,
  expressions: noExpressions,
  reads: (step, [responses]) => [
    ...sameColumns([...responseColumns(step), ...step.rightColumns], responses!.value),
    ...sameTypes(step.key, responses!.key),
  ],
  view: null,
  upgrade: 'refused',
  inputs: ({ responses, left }) => [responses, left],
  schema: ({ key, leftColumns, rightColumns }) => ({
    kind: 'table',
    key,
    window: null,
    value: [...leftColumns, ...rightColumns],
  }),
  stores: ({ store, resultStore, leftColumns, rightColumns }) => [
    { name: store, kind: 'keyValue', types: columnTypes(leftColumns) },
    ...(resultStore === undefined
      ? []
      : [{ name: resultStore, kind: 'keyValue', types: columnTypes([...leftColumns, ...rightColumns]) } as const]),
  ],
  build(step, [responses], context, emit) {
    const { join, store: name, resultStore, leftColumns } = step
    const rightAt = responseColumns(step).length
    const keys = recordKeys(responses!)
    const store = context.store({ name, kind: 'keyValue' })
    const results = resultStore === undefined ? null : context.store({ name: resultStore, kind: 'keyValue' })
    const hashOf = rowHash(leftColumns)
    return {
      inputs: [
        (record) => {
          if (!hasKey(record) || record.value === null) return
          const { key, timestamp, headers } = record
          const [hash, isFound] = record.value
          const storeKey = keys.encode(key, null)
          const left = store.get(storeKey)?.row ?? null
          if (hash !== (left === null ? null : hashOf(left))) return
          const hasResult = left !== null && (isFound === true || join === 'LEFT')
          const value = hasResult ? left.concat(record.value.slice(rightAt)) : null
          const oldValue = results?.get(storeKey)?.row ?? null
          if (value === null) results?.delete(storeKey)
          else results?.put(storeKey, { row: value, timestamp })
          emit({ key, window: null, value, oldValue, timestamp, headers })
        },
        () => {},
      ],
    }
  },
}
