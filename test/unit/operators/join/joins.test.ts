import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../../../src/clock.ts'
import { type StreamStreamJoinStep, streamStreamJoin } from '../../../../src/operators/join/stream-stream-join.ts'
import { streamTableJoin } from '../../../../src/operators/join/stream-table-join.ts'
import { tableTableJoin } from '../../../../src/operators/join/table-table-join.ts'
import type { StepSchema } from '../../../../src/operators/step.ts'
import { materialize } from '../../../../src/operators/table/materialize.ts'
import type { StreamRecord } from '../../../../src/types/record.ts'
import { INTEGER, STRING } from '../../../../src/types/sql-type.ts'
import { type HarnessOptions, harness, record } from '../../../support/operator-harness.ts'
import { streamOf, tableOf } from '../../../support/steps.ts'

const stream = streamOf({ V: INTEGER })
const table = tableOf({ V: INTEGER })
const key = [{ name: 'K', type: STRING }]
const sides = { id: 'join', left: 'l', right: 'r', key, leftStore: 'left-rows', rightStore: 'right-rows' } as const

/** `key: left/right @time`, `-` for a missing side, `gone` for a delete. */
const brief = ({ key: columns, value, timestamp }: StreamRecord): string =>
  `${columns?.[0] ?? 'null'}: ${value === null ? 'gone' : `${value[1] ?? '-'}/${value[3] ?? '-'}`} @${timestamp}`

describe('stream-stream join', () => {
  const start = (step: Partial<StreamStreamJoinStep>, options: HarnessOptions = {}, schema: StepSchema = stream) => {
    const full = {
      ...sides,
      kind: 'streamStreamJoin',
      join: 'INNER',
      beforeMs: 10,
      afterMs: 10,
      graceMs: null,
      ...step,
    } as const
    const running = harness(streamStreamJoin, full, [schema, schema], options)
    const to = (side: number) => (k: string, v: number, t: number) =>
      running.send(side, record([k], [k, v], t)).map(brief)
    return { ...running, left: to(0), right: to(1), raw: running.send }
  }

  it('matches rows of one key within the window, both ends included, with the later time', () => {
    const it = start({})
    it.left('a', 1, 100)
    expect(it.right('a', 2, 110)).toEqual(['a: 1/2 @110'])
    expect(it.right('a', 3, 90)).toEqual(['a: 1/3 @100'])
    expect(it.right('a', 4, 111)).toEqual([])
    expect(it.right('b', 5, 100)).toEqual([])
    expect(it.left('a', 6, 100)).toEqual(['a: 6/3 @100', 'a: 6/2 @110'])
  })

  it('before and after are seen from the left row', () => {
    const it = start({ beforeMs: 0, afterMs: 5 })
    it.left('a', 1, 100)
    expect(it.right('a', 2, 99)).toEqual([])
    expect(it.right('a', 3, 100)).toEqual(['a: 1/3 @100'])
    expect(it.right('a', 4, 105)).toEqual(['a: 1/4 @105'])
    expect(it.left('a', 5, 101)).toEqual(['a: 5/4 @105'])
  })

  it('in a RIGHT join, before and after are seen from the right row', () => {
    const it = start({ join: 'RIGHT', beforeMs: 0, afterMs: 10, graceMs: 100 })
    expect(it.right('a', 2, 8)).toEqual([])
    expect(it.left('a', 1, 15)).toEqual(['a: 1/2 @15'])
    expect(it.left('a', 3, 7)).toEqual([])
  })

  it('with a window of a single instant, rows of the same time match', () => {
    const it = start({ beforeMs: 0, afterMs: 0, graceMs: 0 })
    it.left('a', 1, 100)
    expect(it.right('a', 2, 100)).toEqual(['a: 1/2 @100'])
  })

  it('rows are kept for window and grace behind the latest row of their own side', () => {
    const it = start({ graceMs: 5 })
    it.left('a', 1, 100)
    it.left('b', 2, 124)
    expect(it.right('a', 3, 100)).toEqual(['a: 1/3 @100'])
    it.left('b', 4, 125)
    expect(it.right('a', 5, 100)).toEqual([])
  })

  it('a row that is late for its own side still finds what the other side keeps', () => {
    const it = start({})
    it.right('a', 1, 100)
    it.left('b', 2, 1_000_000)
    expect(it.left('a', 3, 100)).toEqual(['a: 3/1 @100'])
  })

  it('without a grace period unmatched rows leave at once, and again when they match', () => {
    const it = start({ join: 'FULL' })
    expect(it.left('a', 1, 100)).toEqual(['a: 1/- @100'])
    expect(it.right('a', 2, 101)).toEqual(['a: 1/2 @101'])
    expect(it.right('b', 3, 50)).toEqual(['b: -/3 @50'])
    const left = start({ join: 'LEFT' })
    expect(left.right('a', 2, 101)).toEqual([])
    expect(left.left('b', 2, 101)).toEqual(['b: 2/- @101'])
    expect(start({ join: 'RIGHT' }).left('a', 2, 101)).toEqual([])
  })

  it('ignores records without a value; without a key they have no match', () => {
    const it = start({ join: 'LEFT' })
    expect(it.raw(0, record(['a'], null, 5))).toEqual([])
    expect(it.raw(0, record(null, ['a', 1], 5)).map(brief)).toEqual(['null: 1/- @5'])
    expect(it.raw(1, record(null, ['a', 1], 5))).toEqual([])
    expect(start({}).raw(0, record(null, ['a', 1], 5))).toEqual([])
  })

  describe('with a grace period', () => {
    const eager = { 'ksql.streams.__emit.interval.ms.kstreams.outer.join.spurious.results.fix__': '0' }

    it('unmatched rows leave when stream time has passed their window and grace, by time', () => {
      const it = start({ join: 'FULL', graceMs: 5 }, { config: eager })
      expect(it.left('a', 1, 100)).toEqual([])
      expect(it.right('b', 2, 98)).toEqual([])
      expect(it.right('c', 3, 115)).toEqual(['b: -/2 @98'])
      expect(it.left('d', 4, 116)).toEqual(['a: 1/- @100'])
      expect(it.left('d', 4, 117)).toEqual([])
    })

    it('rows that found a match do not leave alone, even those of the same key and time', () => {
      const it = start({ join: 'LEFT', graceMs: 0 }, { config: eager })
      it.left('a', 1, 100)
      it.left('a', 2, 100)
      expect(it.right('a', 3, 105)).toEqual(['a: 1/3 @105', 'a: 2/3 @105'])
      expect(it.right('z', 0, 200)).toEqual([])
    })

    it('all rows of one key and time wait', () => {
      const it = start({ join: 'LEFT', graceMs: 0 }, { config: eager })
      it.left('a', 1, 100)
      it.left('a', 2, 100)
      expect(it.right('z', 0, 200)).toEqual(['a: 1/- @100', 'a: 2/- @100'])
    })

    it('each side waits for its own end of the window', () => {
      const it = start({ join: 'FULL', beforeMs: 2, afterMs: 20, graceMs: 0 }, { config: eager })
      it.left('a', 1, 100)
      it.right('b', 2, 100)
      expect(it.right('z', 0, 103)).toEqual(['b: -/2 @100'])
      expect(it.right('z', 0, 121)).toEqual(['a: 1/- @100', 'z: -/0 @103'])
    })

    it('a row leaves at once only if window and grace are over when it comes', () => {
      const it = start({ join: 'LEFT', graceMs: 100 }, { config: eager })
      it.right('z', 0, 200)
      expect(it.left('a', 1, 89)).toEqual(['a: 1/- @89'])
      expect(it.left('b', 2, 90)).toEqual([])
      expect(it.right('b', 3, 95)).toEqual(['b: 2/3 @95'])
    })

    it.each(['LEFT', 'RIGHT', 'FULL'] as const)(
      'a late row of a %s join that still matches does not leave alone',
      (join) => {
        const it = start({ join, graceMs: 1000 }, { config: eager })
        const [own, other] = join === 'RIGHT' ? [it.right, it.left] : [it.left, it.right]
        own('z', 0, 60)
        expect(own('a', 1, 0)).toEqual([])
        expect(other('a', 1, 5)).toEqual(['a: 1/1 @5'])
      },
    )

    it('looks for closed windows once a second of wall clock, the first record starting it', () => {
      const clock = new ManualClock(5000)
      const it = start({ join: 'LEFT', graceMs: 0 }, { clock })
      it.left('a', 1, 100)
      expect(it.left('b', 2, 200)).toEqual([])
      expect(it.flush()).toEqual([])
      clock.advance(1000)
      expect(it.flush().map(brief)).toEqual(['a: 1/- @100'])
      clock.advance(1000)
      expect(it.left('c', 3, 300)).toEqual(['b: 2/- @200'])
    })

    it('what waits survives a restart', () => {
      const before = start({ join: 'LEFT', graceMs: 0 }, { config: eager })
      before.left('a', 1, 100)
      const after = start({ join: 'LEFT', graceMs: 0 }, { config: eager, stores: before.stores })
      expect(after.left('z', 9, 200)).toEqual(['a: 1/- @100'])
    })
  })

  it('windowed keys match on the start of the window', () => {
    const windowed = streamOf({ V: INTEGER }, { window: { type: 'TUMBLING', sizeMs: 10 } })
    const it = start({ join: 'INNER' }, {}, windowed)
    const at = (v: number, from: number) => record(['a'], ['a', v], 5, { window: { start: from, end: from + 10 } })
    it.raw(0, at(1, 0))
    expect(it.raw(1, at(2, 10))).toEqual([])
    expect(it.raw(1, at(3, 0))).toEqual([record(['a'], ['a', 1, 'a', 3], 5, { window: { start: 0, end: 10 } })])
  })
})

describe('stream-table join', () => {
  const start = (join: 'INNER' | 'LEFT') => {
    const step = { kind: 'streamTableJoin', id: 'join', left: 'l', right: 'r', join, key, store: 'rows' } as const
    const running = harness(streamTableJoin, step, [stream, table])
    const send = (side: number, k: string | null, v: number | null, t: number) =>
      running.send(side, record([k], v === null ? null : [k, v], t)).map(brief)
    return send
  }

  it('a stream row looks up the current table row and keeps its own time; table rows say nothing', () => {
    const send = start('INNER')
    expect(send(1, 'a', 1, 50)).toEqual([])
    expect(send(0, 'a', 7, 10)).toEqual(['a: 7/1 @10'])
    send(1, 'a', 2, 5)
    expect(send(0, 'a', 8, 11)).toEqual(['a: 8/2 @11'])
    send(1, 'a', null, 60)
    expect(send(0, 'a', 9, 12)).toEqual([])
  })

  it('LEFT keeps stream rows without a table row or without a key, but not those without a value', () => {
    const send = start('LEFT')
    expect(send(0, 'a', 7, 10)).toEqual(['a: 7/- @10'])
    expect(send(0, null, 7, 10)).toEqual(['null: 7/- @10'])
    expect(send(0, 'a', null, 10)).toEqual([])
    expect(start('INNER')(0, null, 7, 10)).toEqual([])
  })
})

describe('table-table join', () => {
  const start = (join: 'INNER' | 'LEFT' | 'RIGHT' | 'FULL') => {
    const running = harness(tableTableJoin, { ...sides, kind: 'tableTableJoin', join }, [table, table])
    return (side: 'left' | 'right', v: number | null, t: number) =>
      running.send(side === 'left' ? 0 : 1, record(['a'], v === null ? null : ['a', v], t)).map(brief)
  }

  it('INNER has a row while both sides have one', () => {
    const send = start('INNER')
    expect(send('left', 1, 10)).toEqual([])
    expect(send('right', 2, 5)).toEqual(['a: 1/2 @10'])
    expect(send('left', 3, 7)).toEqual(['a: 3/2 @7'])
    expect(send('right', null, 20)).toEqual(['a: gone @20'])
    expect(send('right', null, 21)).toEqual(['a: gone @21'])
    expect(send('left', null, 22)).toEqual([])
  })

  it('LEFT has a row while the left side has one', () => {
    const send = start('LEFT')
    expect(send('right', 1, 10)).toEqual([])
    expect(send('left', 2, 5)).toEqual(['a: 2/1 @10'])
    expect(send('right', null, 20)).toEqual(['a: 2/- @20'])
    expect(send('left', null, 21)).toEqual(['a: gone @21'])
  })

  it('RIGHT has a row while the right side has one', () => {
    const send = start('RIGHT')
    expect(send('left', 1, 10)).toEqual([])
    expect(send('right', 2, 5)).toEqual(['a: 1/2 @10'])
    expect(send('left', null, 20)).toEqual(['a: -/2 @20'])
    expect(send('right', null, 21)).toEqual(['a: gone @21'])
  })

  it.each([
    ['INNER', 'left', 'right'],
    ['LEFT', 'left', 'right'],
    ['RIGHT', 'right', 'left'],
  ] as const)('%s: a delete of a %s row that was never there passes if the %s side has one', (join, side, other) => {
    const send = start(join)
    expect(send(side, null, 1)).toEqual([])
    send(other, 1, 10)
    expect(send(side, null, 5)).toEqual(['a: gone @10'])
  })

  it('FULL has a row while one side has one', () => {
    const send = start('FULL')
    expect(send('left', 1, 10)).toEqual(['a: 1/- @10'])
    expect(send('right', 2, 11)).toEqual(['a: 1/2 @11'])
    expect(send('left', null, 12)).toEqual(['a: -/2 @12'])
    expect(send('right', null, 13)).toEqual(['a: gone @13'])
    expect(send('right', null, 14)).toEqual([])
  })

  it('passes the row that the result had before', () => {
    const running = harness(tableTableJoin, { ...sides, kind: 'tableTableJoin', join: 'LEFT' }, [table, table])
    running.send(0, record(['a'], ['a', 1], 1))
    expect(running.send(1, record(['a'], ['a', 2], 2))[0]!.oldValue).toEqual(['a', 1, null, null])
  })
})

describe('materialize', () => {
  const step = { kind: 'materialize', id: 'm', input: 's', store: 'rows', retentionMs: null } as const

  it('turns upserts into changes; a delete of nothing passes too', () => {
    const it = harness(materialize, step, [table])
    expect(it.send(0, record(['a'], null, 1))).toEqual([record(['a'], null, 1)])
    expect(it.send(0, record(['a'], ['a', 1], 2))).toEqual([record(['a'], ['a', 1], 2)])
    expect(it.send(0, record(['a'], ['a', 2], 1))).toEqual([record(['a'], ['a', 2], 1, { oldValue: ['a', 1] })])
    expect(it.send(0, record(['a'], null, 3))).toEqual([record(['a'], null, 3, { oldValue: ['a', 2] })])
    expect(it.stores.get('rows')!.count()).toBe(0)
  })

  it('leaves out rows without a key, but a composite key may have a NULL', () => {
    const it = harness(materialize, step, [table])
    expect(it.send(0, record([null], ['a', 1], 1))).toEqual([])
    expect(it.send(0, record(null, ['a', 1], 1))).toEqual([])
    const two = harness(materialize, step, [tableOf({ V: INTEGER }, { key: [...key, { name: 'K2', type: INTEGER }] })])
    two.send(0, record([null, 2], ['a', 1], 1))
    expect(two.send(0, record([null, 2], null, 2))[0]!.oldValue).toEqual(['a', 1])
  })

  it.each(['TUMBLING', 'SESSION'] as const)(
    'keeps %s rows by window, and forgets them after their retention',
    (type) => {
      const windowed = tableOf({ V: INTEGER }, { window: { type, sizeMs: type === 'SESSION' ? null : 10 } })
      const it = harness(materialize, { ...step, retentionMs: 100 }, [windowed])
      const at = (start: number, v: number | null) =>
        record(['a'], v === null ? null : ['a', v], start, { window: { start, end: start + 10 } })
      it.send(0, at(0, 1))
      it.send(0, at(10, 2))
      expect(it.send(0, at(0, 3))[0]!.oldValue).toEqual(['a', 1])
      expect(it.send(0, at(10, null))[0]!.oldValue).toEqual(['a', 2])
      it.send(0, at(200, 4))
      expect(it.stores.get('rows')!.count()).toBe(1)
    },
  )
})
