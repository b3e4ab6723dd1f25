import { describe, expect, it } from 'vitest'
import type { Start } from '../../../../src/analysis/with-properties.ts'
import { type Change, decideChange } from '../../../../src/plan/change/decide-change.ts'
import { describeChange } from '../../../../src/plan/change/describe-change.ts'
import { diffPlans } from '../../../../src/plan/change/plan-diff.ts'
import { planCreateAs } from '../../../../src/plan/queries/persistent-query.ts'
import { contextOf, metastoreOf, statement } from '../metastore.ts'

const JSON_FORMAT = "value_format='JSON'"
const SOURCES = [
  `CREATE STREAM s (k STRING KEY, v INT, w INT) WITH (kafka_topic='s', ${JSON_FORMAT})`,
  `CREATE STREAM r (k STRING KEY, x INT) WITH (kafka_topic='r', ${JSON_FORMAT})`,
  `CREATE TABLE t (k STRING PRIMARY KEY, n STRING) WITH (kafka_topic='t', ${JSON_FORMAT})`,
]

const metastore = metastoreOf(...SOURCES)
const planned = (sql: string) => planCreateAs(statement('createAs', sql), 'Q', contextOf(metastore))

interface Given {
  readonly start?: Start
  readonly replacesAny?: boolean
  /** A query that reads the sink. */
  readonly reader?: string
}

function decided(before: string, after: string, { start, replacesAny = true, reader }: Given = {}): Change {
  const running = planned(before)
  const readers = reader === undefined ? [] : [planReader(before, reader)]
  return decideChange({
    statement: statement('createAs', after),
    running,
    next: planned(after),
    start: start ?? null,
    readers,
    replacesAny,
  })
}

function planReader(sink: string, reader: string) {
  const withSink = metastoreOf(...SOURCES, sink)
  return planCreateAs(statement('createAs', reader), 'CSAS_READER_9', contextOf(withSink)).plan
}

const fates = (before: string, after: string, way: Change['way'] = decided(before, after).way) =>
  diffPlans(planned(before).plan, planned(after).plan, way).map(
    ({ fate, label, details }) => `${fate} ${label}${details.length === 0 ? '' : ` ${details.join(', ')}`}`,
  )

const stream = (select: string) => `CREATE STREAM d AS SELECT ${select}`
const table = (select: string, properties = '') => `CREATE TABLE d ${properties} AS SELECT ${select}`

describe('the difference of two plans', () => {
  it('keeps all steps of a query that stays as it is', () => {
    const same = stream('k, v FROM s WHERE v > 1')
    expect(fates(same, same)).toEqual(['kept SOURCE', 'kept FILTER', 'kept PROJECT', 'kept SINK'])
  })

  it('does not take the place of a column in a row for a difference', () => {
    expect(fates(stream('k, v FROM s'), stream('k, v FROM s WHERE w > 1'))).toEqual([
      'kept SOURCE',
      'added FILTER (W > 1)',
      'kept PROJECT',
      'kept SINK',
    ])
  })

  it('shows a filter that comes, changes and goes', () => {
    const [without, one, two] = ['', ' WHERE v > 1', ' WHERE v > 2'].map((where) => stream(`k, v FROM s${where}`))
    expect(fates(without!, one!)).toContain('added FILTER (V > 1)')
    expect(fates(one!, two!)).toContain('changed FILTER + (V > 2), - (V > 1)')
    expect(fates(two!, without!)).toContain('removed FILTER')
  })

  it('shows columns that come and go', () => {
    const [short, long] = [stream('k, v FROM s'), stream('k, v, w FROM s')]
    expect(fates(short, long)).toContain('changed SINK + `W` INTEGER')
    expect(fates(long, short)).toContain('changed SINK - `W` INTEGER')
    expect(fates(short, stream('k, v + 1 AS v FROM s'))).toContain('changed PROJECT + (V + 1) AS V, - V')
  })

  it('keeps the state of aggregates to which others are added', () => {
    expect(
      fates(table('k, SUM(v) AS a FROM s GROUP BY k'), table('k, SUM(v) AS a, MAX(v) AS b FROM s GROUP BY k')).filter(
        (fate) => fate.includes('AGGREGATE'),
      ),
    ).toEqual([expect.stringMatching(/^changed AGGREGATE \+ MAX\(V\)/)])
  })

  it('builds the state of other aggregates again', () => {
    expect(
      fates(table('k, COUNT(*) AS a FROM s GROUP BY k'), table('k, SUM(v) AS a FROM s GROUP BY k')).filter((fate) =>
        fate.includes('AGGREGATE'),
      ),
    ).toEqual([expect.stringMatching(/^reset AGGREGATE \+ SUM\(V\).* - COUNT/)])
  })

  it('builds the state of a join that is added, and drops that of one that goes', () => {
    const [plain, joined] = [stream('k, v FROM s'), stream('s.k AS k, v, n FROM s JOIN t ON s.k = t.k')]
    expect(fates(plain, joined).some((fate) => /^backfilled .*JOIN/.test(fate))).toBe(true)
    expect(fates(joined, stream('k, v FROM s')).some((fate) => /^removed .*JOIN/.test(fate))).toBe(true)
  })

  it('names what differs of a window', () => {
    const windowed = (seconds: number) =>
      table(`k, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE ${seconds} SECONDS) GROUP BY k`)
    const [fate] = fates(windowed(10), windowed(20)).filter((one) => one.includes('WINDOWED'))
    expect(fate).toMatch(/^reset WINDOWED_AGGREGATE window: .*10000.* -> .*20000/)
  })
})

describe('the way of a change', () => {
  it('keeps the state wherever the rules of ksqlDB allow it', () => {
    expect(decided(stream('k, v FROM s'), stream('k, v, w FROM s WHERE v > 1'))).toEqual({ way: 'kept' })
    expect(decided(stream('k, v FROM s'), stream('k, v FROM s WHERE v > 1'), { start: 'kept' }).way).toBe('kept')
  })

  it('refuses all else as ksqlDB does, where the setting says so', () => {
    expect(() => decided(stream('k, v, w FROM s'), stream('k, v FROM s'), { replacesAny: false })).toThrow(
      'Cannot upgrade data source',
    )
    const windowed = table('k, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 1 SECOND) GROUP BY k')
    expect(() => decided(windowed, windowed, { replacesAny: false })).toThrow('Upgrades not yet supported')
  })

  it('reads nothing again for a query without state', () => {
    const change = decided(stream('k, v, w FROM s'), stream('k, v FROM s'))
    expect(change).toMatchObject({ way: 'rebuilt', reads: [{ topic: 's', from: 'handover' }] })
    expect(decided(stream('k, v, w FROM s'), stream('k, v FROM s'), { start: 'kept' }).way).toBe('rebuilt')
  })

  it('reads a stream again that an aggregate reads, from where the statement says', () => {
    const [before, after] = [table('k, COUNT(*) AS n FROM s GROUP BY k'), table('k, SUM(v) AS n FROM s GROUP BY k')]
    const from = (start?: Start) => {
      const change = decided(before, after, start === undefined ? {} : { start })
      return change.way === 'rebuilt' ? change.reads.map((read) => read.from) : []
    }
    expect([from(), from('earliest'), from('latest'), from(5000)]).toEqual([
      ['earliest'],
      ['earliest'],
      ['handover'],
      [5000],
    ])
    expect(() => from('kept')).toThrow("START='kept' needs a query that can continue")
  })

  it('reads a table whole, and the stream that it is joined with from the handover', () => {
    const change = decided(stream('k, v FROM s'), stream('s.k AS k, v, n FROM s LEFT JOIN t ON s.k = t.k'))
    expect(change).toMatchObject({
      reads: [
        { topic: 's', from: 'handover' },
        { topic: 't', from: 'earliest' },
      ],
    })
  })

  it('reads both sides of a join of streams again', () => {
    const joined = stream('s.k AS k, v, x FROM s JOIN r WITHIN 1 MINUTE ON s.k = r.k')
    const change = decided(stream('k, v, w FROM s'), joined)
    expect(change).toMatchObject({ reads: [{ from: 'earliest' }, { from: 'earliest' }] })
  })

  it('refuses another key, format or window, with the statement for a new topic', () => {
    expect(() => decided(stream('k, v, w FROM s'), stream('* FROM s PARTITION BY v'))).toThrow(
      /the key changes from `K` STRING to `V` INTEGER\. A new topic is needed.*\nCREATE STREAM D_NEW WITH \(KAFKA_TOPIC='D_NEW'\) AS SELECT/s,
    )
    const [plain, windowed] = [
      table('k, COUNT(*) AS n FROM s GROUP BY k'),
      table('k, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 1 SECOND) GROUP BY k'),
    ]
    expect(() => decided(plain, windowed)).toThrow('the window in keys changes from none to TUMBLING')
    expect(() => decided(plain, table('k, COUNT(*) AS n FROM s GROUP BY k', "WITH (value_format='AVRO')"))).toThrow(
      'the value format changes from JSON to AVRO',
    )
  })

  it('refuses to take a column from a query that uses it, and names the query', () => {
    const given = { reader: 'CREATE STREAM e AS SELECT k, w FROM d' }
    expect(() => decided(stream('k, v, w FROM s'), stream('k, v FROM s'), given)).toThrow(
      'Query CSAS_READER_9, which reads D, uses the column `W` INTEGER, which goes. Replace E first',
    )
    expect(decided(stream('k, v, w FROM s'), stream('k, w FROM s'), given).way).toBe('rebuilt')
    const wider = stream('k, v, CAST(w AS BIGINT) AS w FROM s')
    expect(() => decided(stream('k, v, w FROM s'), wider, given)).toThrow('which becomes `W` BIGINT')
  })

  it('lets no column leave its place where a reader finds columns by their place', () => {
    const delimited = (select: string) => `CREATE STREAM d WITH (value_format='DELIMITED') AS SELECT ${select}`
    const given = { reader: 'CREATE STREAM e AS SELECT k, w FROM d' }
    expect(() => decided(delimited('k, v, w FROM s'), delimited('k, w FROM s'), given)).toThrow('by their place')
  })
})

describe('the text of a change', () => {
  const change = {
    queryId: 'CTAS_D_1',
    reason: null,
    way: 'rebuilt',
    steps: [{ step: 'Aggregate', label: 'AGGREGATE', fate: 'reset', stores: ['A'], details: ['+ SUM(V)'] }],
    reads: [{ source: 'S', topic: 's', from: 'earliest', records: 2_000_000, bytes: 300_000_000, missing: 7 }],
    recordsPerSecond: 250_000,
    readers: ['CSAS_E_2'],
    writesTable: true,
  } as const

  it('says what is read again and how long that takes', () => {
    expect(describeChange(change)).toEqual([
      'Change of query CTAS_D_1: a new version is built beside it and takes its place when it has come as far.',
      '  reset      AGGREGATE Aggregate (state: A)',
      '             + SUM(V)',
      '  Reads s from its start: 2000000 records, about 286.1 MiB. 7 records before that are no longer in the topic, and do not count in the new version.',
      '  That takes about 8 s, at the 250000 records a second that the running query has done.',
      '  CSAS_E_2 is not restarted. It sees the rows that differ: changed and new ones, and the deletion of those that are gone.',
    ])
  })

  it('says that nothing is read again', () => {
    const read = { ...change.reads[0], from: 'handover', records: 0, bytes: 0, missing: 0 } as const
    const lines = describeChange({ ...change, reads: [read], readers: [] })
    expect(lines).toContain('  Reads s from where the running version stands: nothing again.')
    expect(lines).toContain('  The versions change places at once.')
    expect(lines).toContain('  No query reads the result.')
  })

  it('knows no time where too little was measured', () => {
    expect(describeChange({ ...change, recordsPerSecond: null }).join()).toContain('How long that takes is not known')
  })
})
