/** Sessions whose changes are held back, beside the same operator without: what a reader has after each flush is the same. */
import { expect, test } from 'vitest'
import { windowedAggregate } from '../../../../src/operators/aggregate/windowed-aggregate.ts'
import type { StreamRecord } from '../../../../src/types/record.ts'
import { INTEGER } from '../../../../src/types/sql-type.ts'
import { harness, record } from '../../../support/operator-harness.ts'
import { forEachSeed } from '../../../support/seeds.ts'
import { countAll, streamOf } from '../../../support/steps.ts'

const GAP_MS = 10

function sessions({ coalesces }: { readonly coalesces: boolean }) {
  const step = {
    kind: 'windowedAggregate',
    id: 'a',
    input: 'g',
    functions: [countAll],
    window: { type: 'SESSION', gapMs: GAP_MS, graceMs: 1000, retentionMs: 1000 + GAP_MS },
    emit: 'CHANGES',
    store: 'rows',
  } as const
  return harness(windowedAggregate, step, [streamOf({ V: INTEGER })], { coalesces })
}

const event = (key: string, time: number) => record([key], [key, 1], time)
const brief = ({ key, window, value, oldValue }: StreamRecord): string =>
  `${key![0]} ${window!.start}-${window!.end}: ${oldValue?.[1] ?? '-'} to ${value?.[1] ?? '-'}`

/** A reader that keeps the rows, and holds each change against what it has. */
class Reader {
  readonly rows = new Map<string, unknown>()

  take(changes: readonly StreamRecord[]): void {
    for (const { key, window, value, oldValue } of changes) {
      const place = `${key![0]} ${window!.start}-${window!.end}`
      expect([place, this.rows.get(place) ?? null]).toEqual([place, oldValue])
      if (value === null) this.rows.delete(place)
      else this.rows.set(place, value)
    }
  }
}

test('a session that has grown since the last flush leaves once', () => {
  const { send, flush } = sessions({ coalesces: true })
  for (const time of [0, 5, 9, 15]) expect(send(0, event('a', time))).toEqual([])
  expect(flush().map(brief)).toEqual(['a 0-15: - to 4'])
  expect(flush()).toEqual([])
})

test('a session that downstream has is deleted when it grows, and updated when it does not', () => {
  const { send, flush } = sessions({ coalesces: true })
  send(0, event('a', 0))
  send(0, event('a', 5))
  flush()
  send(0, event('a', 3))
  expect(flush().map(brief)).toEqual(['a 0-5: 2 to 3'])
  send(0, event('a', 4))
  send(0, event('a', 8))
  expect(flush().map(brief)).toEqual(['a 0-5: 3 to -', 'a 0-8: - to 5'])
})

test('sessions that a record joins are all deleted', () => {
  const { send, flush } = sessions({ coalesces: true })
  send(0, event('a', 0))
  send(0, event('a', 20))
  flush()
  send(0, event('a', 10))
  expect(flush().map(brief)).toEqual(['a 0-0: 1 to -', 'a 20-20: 1 to -', 'a 0-20: - to 3'])
})

test('a reader has the same rows whether changes are held back or not', () => {
  forEachSeed((random) => {
    const held = sessions({ coalesces: true })
    const direct = sessions({ coalesces: false })
    const readers = { held: new Reader(), direct: new Reader() }
    for (const time of random.times(200, 6)) {
      const one = event(random.pick(['a', 'b']), time)
      readers.held.take(held.send(0, one))
      readers.direct.take(direct.send(0, one))
      if (!random.chance(0.2)) continue
      readers.held.take(held.flush())
      expect(readers.held.rows).toEqual(readers.direct.rows)
    }
  })
})
