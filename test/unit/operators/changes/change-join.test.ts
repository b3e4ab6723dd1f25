import { describe, expect, it } from 'vitest'
import { type ChangeJoinStep, changeJoin } from '../../../../src/operators/changes/change-join.ts'
import type { StepSchema } from '../../../../src/operators/step.ts'
import { INTEGER, STRING } from '../../../../src/types/sql-type.ts'
import { harness, record } from '../../../support/operator-harness.ts'

const side: StepSchema = {
  kind: 'table',
  key: [{ name: 'KSQL_GROUP', type: STRING }],
  window: null,
  value: [
    { name: 'ID', type: INTEGER },
    { name: 'K', type: INTEGER },
  ],
}
const STEP: ChangeJoinStep = {
  kind: 'changeJoin',
  id: 'j',
  left: 'l',
  right: 'r',
  join: 'LEFT',
  leftEquals: [1],
  rightEquals: [1],
  residual: null,
  ttlMs: null,
  key: [0],
  isStream: false,
  leftStore: 'left',
  rightStore: 'right',
}
const joined = (step: Partial<ChangeJoinStep>) => harness(changeJoin, { ...STEP, ...step }, [side, side])
const values = (records: readonly { readonly oldValue: unknown; readonly value: unknown }[]) =>
  records.map(({ oldValue, value }) => [oldValue, value])

describe('changeJoin', () => {
  it('replaces an outer row by its first match, and takes it back with the last', () => {
    const { send } = joined({})
    expect(values(send(0, record(['g'], [1, 5], 1)))).toEqual([[null, [1, 5, null, null]]])
    expect(values(send(1, record(['g'], [9, 5], 2)))).toEqual([
      [
        [1, 5, null, null],
        [1, 5, 9, 5],
      ],
    ])
    expect(values(send(1, record(['g'], null, 3, { oldValue: [9, 5] })))).toEqual([
      [
        [1, 5, 9, 5],
        [1, 5, null, null],
      ],
    ])
  })

  it('is not disturbed by a removal that comes before its addition', () => {
    const { send, stores } = joined({ join: 'INNER' })
    send(1, record(['g'], [9, 5], 1))
    expect(send(0, record(['g'], null, 2, { oldValue: [1, 5] }))).toEqual([])
    expect(send(0, record(['g'], [1, 5], 1))).toEqual([])
    expect(stores.get('left')!.count()).toBe(0)
  })

  it('matches no row with a NULL among what must be equal', () => {
    const { send } = joined({ join: 'FULL' })
    send(1, record(['g'], [9, null], 1))
    expect(values(send(0, record(['g'], [1, null], 1)))).toEqual([[null, [1, null, null, null]]])
  })

  it('forgets a row after its TTL, and takes nothing back', () => {
    const { send, stores } = joined({ join: 'INNER', ttlMs: 1000 })
    send(0, record(['g'], [1, 5], 1000))
    expect(values(send(1, record(['g'], [9, 5], 2000)))).toEqual([[null, [1, 5, 9, 5]]])
    expect(send(1, record(['g'], [8, 5], 2001))).toEqual([])
    send(1, record(['h'], [7, 6], 9000))
    expect([stores.get('left')!.count(), stores.get('right')!.count()]).toEqual([0, 1])
  })

  it('keeps the left rows that have a match in a semi join, once each', () => {
    const { send } = joined({ join: 'SEMI' })
    send(1, record(['g'], [9, 5], 1))
    expect(values(send(0, record(['g'], [1, 5], 1)))).toEqual([[null, [1, 5]]])
    expect(send(1, record(['g'], [8, 5], 2))).toEqual([])
    expect(send(1, record(['g'], null, 3, { oldValue: [9, 5] }))).toEqual([])
    expect(values(send(1, record(['g'], null, 4, { oldValue: [8, 5] })))).toEqual([[[1, 5], null]])
  })
})
