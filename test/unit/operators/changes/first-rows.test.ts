import { expect, test } from 'vitest'
import { changeKey } from '../../../../src/operators/changes/change-key.ts'
import { type OverStep, over } from '../../../../src/operators/changes/over.ts'
import type { StepSchema } from '../../../../src/operators/step.ts'
import type { StreamRecord } from '../../../../src/types/record.ts'
import { INTEGER, STRING } from '../../../../src/types/sql-type.ts'
import { harness, record } from '../../../support/operator-harness.ts'
import { forEachSeed } from '../../../support/seeds.ts'

const input: StepSchema = {
  kind: 'stream',
  key: [{ name: 'KSQL_GROUP', type: STRING }],
  window: null,
  value: [
    { name: 'G', type: STRING },
    { name: 'V', type: INTEGER },
    { name: 'T', type: STRING },
  ],
}
const STEP: OverStep = {
  kind: 'over',
  id: 'o',
  input: 'i',
  order: [{ index: 1, descending: true, nullsFirst: false }],
  functions: [],
  limit: { ranking: 'ROW_NUMBER', rank: 2 },
  key: [],
  ttlMs: null,
  isListed: true,
  store: 'rows',
}

test('a row that its screen does not need changes nothing', () => {
  forEachSeed((random) => {
    const { stores, context } = harness(over, STEP, [input])
    let emitted: StreamRecord[] = []
    const { inputs, screens } = over.build(STEP, [input], context, (one) => emitted.push(one))
    const [screen] = screens!
    expect(screen!.columns).toEqual([1])
    let spared = 0
    for (let i = 0; i < 60; i++) {
      const group = random.pick(['a', 'b'])
      const row = [group, random.chance(0.1) ? null : random.integer(0, 8), random.pick(['x', 'y'])]
      const isNeeded = screen!.needs([group], [null, row[1]!, null])
      const before = [...(stores.get('rows') as { entries(): Iterable<unknown> }).entries()]
      emitted = []
      inputs[0]!(record([group], row, i))
      if (isNeeded) continue
      spared++
      expect(emitted).toEqual([])
      expect([...(stores.get('rows') as { entries(): Iterable<unknown> }).entries()]).toEqual(before)
    }
    expect(spared).toBeGreaterThan(0)
  })
})

test('a step that gives records their key needs those that are needed under it', () => {
  const step = {
    kind: 'changeKey',
    id: 'k',
    input: 'i',
    key: [{ name: 'G', type: STRING, expression: { kind: 'column', name: 'G', index: 0, type: STRING }, text: 'G' }],
    encoded: false,
  } as const
  const { context } = harness(changeKey, step, [input])
  const needs = (key: unknown, row: readonly unknown[]): boolean =>
    (key as readonly unknown[])[0] === 'a' && row[1] === 1
  const built = changeKey.build(step, [input], { ...context, screen: { columns: [1], needs } }, () => {})
  const [screen] = built.screens!
  expect(screen!.columns).toEqual([0, 1])
  expect([screen!.needs(null, ['a', 1, null]), screen!.needs(null, ['b', 1, null])]).toEqual([true, false])
  expect(changeKey.build(step, [input], context, () => {}).screens).toEqual([null])
})
