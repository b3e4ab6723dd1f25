import { describe, expect, it } from 'vitest'
import { type AsofJoinStep, asofJoin } from '../../../../src/operators/changes/asof-join.ts'
import type { StepSchema } from '../../../../src/operators/step.ts'
import { INTEGER, STRING } from '../../../../src/types/sql-type.ts'
import { harness, record } from '../../../support/operator-harness.ts'
import { forEachSeed } from '../../../support/seeds.ts'

const side = (kind: StepSchema['kind']): StepSchema => ({
  kind,
  key: [{ name: 'KSQL_GROUP', type: STRING }],
  window: null,
  value: ['K', 'T', 'V'].map((name) => ({ name, type: INTEGER })),
})
const STEP: AsofJoinStep = {
  kind: 'asofJoin',
  id: 'j',
  left: 'l',
  right: 'r',
  join: 'LEFT',
  leftEquals: [0],
  rightEquals: [0],
  leftTime: 1,
  rightTime: 1,
  isStrict: false,
  ttlMs: null,
  store: 'versions',
}

function start(step: Partial<AsofJoinStep> = {}, kind: StepSchema['kind'] = 'stream') {
  const running = harness(asofJoin, { ...STEP, ...step }, [side('stream'), side(kind)])
  const group = (key: number | null) => [`g${key};`]
  /** The value of the match; null: none; undefined: no row left. */
  const left = (key: number | null, time: number | null, at = time ?? 0) =>
    running.send(0, record(group(key), [key, time, 0], at)).map(({ value }) => value![5])[0]
  const right = (key: number | null, time: number | null, value: number, at = time ?? 0) =>
    running.send(1, record(group(key), [key, time, value], at))
  const remove = (key: number, time: number, oldValue: number) =>
    running.send(1, record(group(key), null, time, { oldValue: [key, 0, oldValue] }))
  return { ...running, left, right, remove, size: () => running.stores.get('versions')!.count() }
}

describe('as-of join', () => {
  it('finds the latest row that is not later, of its key', () => {
    const { left, right } = start()
    right(1, 10, 100)
    right(1, 20, 200)
    right(2, 15, 300)
    expect([left(1, 9), left(1, 10), left(1, 19), left(1, 20), left(1, 99), left(2, 99), left(3, 99)]).toEqual([
      null,
      100,
      100,
      200,
      200,
      300,
      null,
    ])
  })

  it('strictly: an earlier one', () => {
    const { left, right } = start({ isStrict: true, join: 'INNER' })
    right(1, 10, 100)
    expect([left(1, 10), left(1, 11)]).toEqual([undefined, 100])
  })

  it('a row of the same time takes the place of the one before', () => {
    const { left, right, size } = start()
    right(1, 10, 100)
    right(1, 10, 101)
    expect([left(1, 10), size()]).toEqual([101, 1])
  })

  it('NULL matches nothing and is not kept', () => {
    const { left, right, size } = start()
    right(null, 10, 100)
    right(1, null, 100)
    expect([left(null, 99), left(1, null), size()]).toEqual([null, null, 0])
  })

  it('finds the version of a table that held at the time, none while the row was deleted', () => {
    const { left, right, remove } = start({}, 'table')
    right(1, 10, 100)
    remove(1, 20, 100)
    right(1, 30, 300)
    expect([left(1, 15), left(1, 20), left(1, 29), left(1, 30)]).toEqual([100, null, null, 300])
  })

  it('agrees with a search of all rows so far', () => {
    forEachSeed((random) => {
      const isStrict = random.chance(0.5)
      const { left, right } = start({ isStrict })
      const rows: { key: number; time: number; value: number }[] = []
      for (let i = 0; i < 60; i++) {
        const [key, time] = [random.integer(0, 2), random.integer(-20, 20)]
        if (random.chance(0.5)) {
          right(key, time, i, 0)
          rows.push({ key, time, value: i })
          continue
        }
        const found = rows.filter((row) => row.key === key && (isStrict ? row.time < time : row.time <= time))
        const latest = found.reduce<(typeof rows)[0] | null>((a, b) => (a === null || b.time >= a.time ? b : a), null)
        expect(left(key, time, 0)).toBe(latest?.value ?? null)
      }
    })
  })
})

describe('the state of an as-of join', () => {
  it('of a stream is forgotten after the TTL', () => {
    const { left, right, size } = start({ ttlMs: 100 })
    for (let time = 0; time < 1_000; time += 10) right(1, time, time)
    left(1, 10_000)
    left(1, 10_100)
    expect([size(), left(1, 10_200)]).toEqual([0, null])
  })

  it('of a table keeps the version that holds, and nothing of a row that was deleted', () => {
    const { left, right, remove, size } = start({ ttlMs: 100 }, 'table')
    for (let time = 0; time < 1_000; time += 10) {
      right(1, time, time)
      right(2, time, time)
    }
    remove(2, 1_000, 990)
    left(3, 10_000)
    left(3, 10_100)
    expect([size(), left(1, 10_200), left(2, 10_200)]).toEqual([1, 990, null])
  })
})
