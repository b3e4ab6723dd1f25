/** A foreign-key join whose three steps are wired to each other, as in one partition. Left: `K STRING`, `F INT`; right: `R INT`, `V STRING`. */
import { foreignKeyLookup } from '../../src/operators/join/foreign-key-lookup.ts'
import { foreignKeyResolve } from '../../src/operators/join/foreign-key-resolve.ts'
import { foreignKeySubscribe } from '../../src/operators/join/foreign-key-subscribe.ts'
import type { NamedExpression } from '../../src/operators/step.ts'
import type { StreamRecord } from '../../src/types/record.ts'
import { INTEGER, STRING } from '../../src/types/sql-type.ts'
import { harness, record } from './operator-harness.ts'
import { columns, tableOf } from './steps.ts'

export const leftTable = tableOf({ F: INTEGER })
export const rightTable = tableOf(
  {},
  { key: [{ name: 'R', type: INTEGER }], value: columns({ R: INTEGER, V: STRING }) },
)

export function foreignKeyJoin(join: 'INNER' | 'LEFT', foreignKey: NamedExpression) {
  const store = 'left-rows'
  const leftKey = leftTable.key
  const subscribe = harness(
    foreignKeySubscribe,
    { kind: 'foreignKeySubscribe', id: 's', input: 'l', join, foreignKey, store },
    [leftTable],
  )
  const lookup = harness(
    foreignKeyLookup,
    {
      kind: 'foreignKeyLookup',
      id: 'u',
      subscriptions: 's',
      right: 'r',
      join,
      leftKey,
      subscriptionStore: 'subscriptions',
      rightStore: 'right-rows',
    },
    [subscribe.schema, rightTable],
  )
  const resolve = harness(
    foreignKeyResolve,
    {
      kind: 'foreignKeyResolve',
      id: 'j',
      responses: 'u',
      left: 's',
      join,
      store,
      key: leftKey,
      leftColumns: leftTable.value,
      rightColumns: rightTable.value,
    },
    [lookup.schema, subscribe.schema],
    { stores: subscribe.stores },
  )
  const answered = (answers: readonly StreamRecord[]) => answers.flatMap((answer) => resolve.send(0, answer))
  const sendLeft = (change: StreamRecord): StreamRecord[] =>
    answered(subscribe.send(0, change).flatMap((subscription) => lookup.send(0, subscription)))
  const sendRight = (change: StreamRecord): StreamRecord[] => answered(lookup.send(1, change))
  return {
    subscribe,
    lookup,
    resolve,
    sendLeft,
    sendRight,
    /** `foreignKey`: 'none' for a row whose foreign key is NULL, null for a delete. Results as `key: foreign key/right value @time`. */
    left: (key: string, fk: number | 'none' | null, time: number) =>
      sendLeft(record([key], fk === null ? null : [key, fk === 'none' ? null : fk], time)).map(brief),
    right: (key: number, value: string | null, time: number) =>
      sendRight(record([key], value === null ? null : [key, value], time)).map(brief),
  }
}

const brief = ({ key, value, timestamp }: StreamRecord): string =>
  `${key![0]}: ${value === null ? 'gone' : `${value[1] ?? '-'}/${value[3] ?? '-'}`} @${timestamp}`
