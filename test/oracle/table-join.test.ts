import { describe, expect, it } from 'vitest'
import type { JoinKind } from '../../src/operators/join/join-sides.ts'
import { streamTableJoin } from '../../src/operators/join/stream-table-join.ts'
import { tableTableJoin } from '../../src/operators/join/table-table-join.ts'
import { INTEGER, STRING } from '../../src/types/sql-type.ts'
import { type Event, randomEvents, toRecord } from '../support/events.ts'
import { foreignKeyJoin } from '../support/foreign-key-join.ts'
import { harness, record } from '../support/operator-harness.ts'
import { forEachSeed } from '../support/seeds.ts'
import { column, named, streamOf, tableOf } from '../support/steps.ts'

const stream = streamOf({ V: INTEGER })
const table = tableOf({ V: INTEGER })
const key = [{ name: 'K', type: STRING }]

type Pair = readonly [left: number | null, right: number | null]

/** The last event of a side and key; undefined if there is none, or if it deletes. */
const newest = (events: readonly Event[], side: number, k: string): Event | undefined => {
  const last = events.findLast((event) => event.side === side && event.key === k)
  return last?.value === null ? undefined : last
}

function resultOf(join: JoinKind, events: readonly Event[], k: string): Pair | null {
  const left = newest(events, 0, k)?.value ?? null
  const right = newest(events, 1, k)?.value ?? null
  if (left === null && right === null) return null
  if (right === null && join !== 'LEFT' && join !== 'FULL') return null
  if (left === null && join !== 'RIGHT' && join !== 'FULL') return null
  return [left, right]
}

describe('table-table joins agree with a join of the tables as they are after each change', () => {
  it.each(['INNER', 'LEFT', 'RIGHT', 'FULL'] as const)('%s', (join) => {
    forEachSeed((random) => {
      const events = randomEvents(random)
      const step = {
        kind: 'tableTableJoin',
        id: 'j',
        left: 'l',
        right: 'r',
        join,
        key,
        leftStore: 'a',
        rightStore: 'b',
      } as const
      const { send } = harness(tableTableJoin, step, [table, table])
      const pair = (row: readonly unknown[] | null) => (row === null ? null : [row[1], row[3]])
      events.forEach((event, i) => {
        const actual = send(event.side, toRecord(event)).map((out) => [
          pair(out.value),
          pair(out.oldValue),
          out.timestamp,
        ])
        if (event.key === null) {
          expect(actual).toEqual([])
          return
        }
        const before = events.slice(0, i)
        const value = resultOf(join, [...before, event], event.key)
        const oldValue = resultOf(join, before, event.key)
        const match = newest(before, 1 - event.side, event.key)
        const time = Math.max(event.time, match?.time ?? 0)
        // A delete passes, too, where only the other side has a row.
        const isSilent = value === null && oldValue === null && match === undefined
        expect(actual).toEqual(isSilent ? [] : [[value, oldValue, time]])
      })
    })
  })
})

describe('stream-table joins agree with a look at the table as it is', () => {
  it.each(['INNER', 'LEFT'] as const)('%s', (join) => {
    forEachSeed((random) => {
      const events = randomEvents(random)
      const step = { kind: 'streamTableJoin', id: 'j', left: 'l', right: 'r', join, key, store: 'a' } as const
      const { send } = harness(streamTableJoin, step, [stream, table])
      events.forEach((event, i) => {
        const actual = send(event.side, toRecord(event)).map(({ value, timestamp }) => [
          value![1],
          value![3],
          timestamp,
        ])
        const match = event.key === null ? undefined : newest(events.slice(0, i), 1, event.key)
        const isEmitted = event.side === 0 && event.value !== null && (match !== undefined || join === 'LEFT')
        expect(actual).toEqual(isEmitted ? [[event.value, match?.value ?? null, event.time]] : [])
      })
    })
  })
})

describe('foreign-key joins agree with a join of the tables as they are after each change', () => {
  it.each(['INNER', 'LEFT'] as const)('%s', (join) => {
    forEachSeed((random) => {
      const { sendLeft, sendRight } = foreignKeyJoin(join, named('F', column(1, INTEGER), 'F'))
      const left = new Map<string, number | null>()
      const right = new Map<number, string>()
      const results = new Map<string, unknown>()
      const apply = (outputs: ReturnType<typeof sendLeft>) => {
        for (const { key: columns, value } of outputs) {
          const k = columns![0] as string
          if (value === null) results.delete(k)
          else results.set(k, [value[1], value[3]])
        }
      }
      for (let i = 0; i < 60; i++) {
        const time = random.integer(0, 100)
        if (random.chance(0.6)) {
          const k = random.pick(['a', 'b', 'c', 'd'])
          const fk = random.chance(0.2) ? null : random.integer(1, 3)
          const isGone = random.chance(0.2)
          if (isGone) left.delete(k)
          else left.set(k, fk)
          const outputs = sendLeft(record([k], isGone ? null : [k, fk], time))
          expect(outputs.length).toBeLessThanOrEqual(1)
          expect(outputs.every(({ key: columns }) => columns![0] === k)).toBe(true)
          apply(outputs)
        } else {
          const r = random.integer(1, 3)
          const text = random.chance(0.3) ? null : `v${i}`
          if (text === null) right.delete(r)
          else right.set(r, text)
          const outputs = sendRight(record([r], text === null ? null : [r, text], time))
          const referring = [...left].filter(([, fk]) => fk === r).map(([k]) => k)
          expect(outputs.map(({ key: columns }) => columns![0])).toEqual(referring.sort())
          apply(outputs)
        }
        expect(new Map([...results].sort())).toEqual(new Map(joined(join, left, right)))
      }
    })
  })
})

function joined(join: 'INNER' | 'LEFT', left: Map<string, number | null>, right: Map<number, string>) {
  const rows = [...left].map(([k, fk]) => [k, [fk, fk === null ? null : (right.get(fk) ?? null)]] as const)
  return rows.filter(([, [, text]]) => join === 'LEFT' || text !== null).sort()
}
