import { describe, expect, test } from 'vitest'
import type { Expression } from '../../../../src/expressions/expression.ts'
import type {
  NamedExpression,
  RepartitionStep,
  SinkStep,
  SourceColumn,
  SourceStep,
  StepSchema,
} from '../../../../src/operators/step.ts'
import type { SubTopology } from '../../../../src/plan/topology.ts'
import { internalEncoder } from '../../../../src/runtime/task/internal-record.ts'
import { taskPassage } from '../../../../src/runtime/task/passed-columns.ts'
import type { RecordCursor } from '../../../../src/runtime/task/record-cursor.ts'
import { SharedSource, type TaskInput } from '../../../../src/runtime/task/shared-source.ts'
import type { TaskEntry } from '../../../../src/runtime/task/task.ts'
import { FORMATS } from '../../../../src/serde/index.ts'
import { ByteBuffer } from '../../../../src/types/byte-buffer.ts'
import { BIGINT, DOUBLE, STRING } from '../../../../src/types/sql-type.ts'
import type { Row } from '../../../../src/types/value.ts'

const VALUE = [
  { name: 'A', type: STRING },
  { name: 'B', type: BIGINT },
  { name: 'C', type: DOUBLE },
]
const COLUMNS: readonly SourceColumn[] = VALUE.map((column, index) => ({ ...column, from: { part: 'value', index } }))
const JSON_FORMAT = { format: 'JSON', unwrapped: false } as const

const source = (more: Partial<SourceStep> = {}): SourceStep => ({
  kind: 'source',
  id: 'source',
  source: 'S',
  sourceKind: 'stream',
  topic: 't',
  keyFormat: { format: 'KAFKA', unwrapped: true },
  valueFormat: JSON_FORMAT,
  window: null,
  key: [],
  value: VALUE,
  headers: [],
  timestamp: null,
  columns: COLUMNS,
  ...more,
})

const sink = (more: Partial<SinkStep> = {}): SinkStep => ({
  kind: 'sink',
  id: 'sink',
  input: 'project',
  topic: 'out',
  keyFormat: { format: 'KAFKA', unwrapped: true },
  valueFormat: JSON_FORMAT,
  window: null,
  key: [],
  value: VALUE,
  timestamp: null,
  ...more,
})

const column = (index: number): Expression => ({ kind: 'column', index, ...VALUE[index]! })
const plain = (index: number): NamedExpression => ({
  ...VALUE[index]!,
  expression: column(index),
  text: VALUE[index]!.name,
})

function topology(
  columns: readonly NamedExpression[],
  more: { source?: Partial<SourceStep>; sink?: Partial<SinkStep> } = {},
): SubTopology {
  const value = columns.map(({ name, type }) => ({ name, type }))
  return {
    index: 0,
    reads: [source(more.source)],
    steps: [
      {
        kind: 'filter',
        id: 'filter',
        input: 'source',
        text: 'A IS NOT NULL',
        predicate: { kind: 'isNull', operand: column(0), negated: true, type: { kind: 'BOOLEAN' } } as Expression,
      },
      { kind: 'project', id: 'project', input: 'filter', key: [], columns },
      sink({ value, ...more.sink }),
    ],
  }
}

describe('columns from a source to a sink', () => {
  test('are passed where their type has one form; those that a filter reads are decoded, too', () => {
    const passage = taskPassage(topology([plain(0), plain(1), plain(2)]))!
    expect(passage.sourceSlots).toEqual([0, 1, -1])
    expect(passage.target.slots).toEqual([0, 1, -1])
    expect([...passage.read]).toEqual([0])
  })

  test('are passed in another order, and twice', () => {
    expect(taskPassage(topology([plain(1), plain(0), plain(1)]))!.target.slots).toEqual([0, 1, 0])
  })

  test('are not passed where they are computed', () => {
    const negated = { ...plain(1), expression: { kind: 'negate', operand: column(1), type: BIGINT } as Expression }
    const passage = taskPassage(topology([plain(0), negated]))!
    expect(passage.target.slots).toEqual([0, -1])
    expect(passage.read.has(1)).toBe(true)
  })

  test('are decoded where the time of records is theirs', () => {
    const timestamp = { column: 'B', format: null } as SinkStep['timestamp']
    expect(taskPassage(topology([plain(0), plain(1)], { sink: { timestamp } }))!.read.has(1)).toBe(true)
  })

  test.each([
    ['another format', { sink: { valueFormat: { format: 'AVRO', unwrapped: false } } }],
    ['a table', { source: { sourceKind: 'table' } }],
  ] as const)('are not passed: %s', (_, more) => {
    expect(taskPassage(topology([plain(0), plain(1)], more))).toBeNull()
  })

  test('are not passed as the bare value of a column', () => {
    expect(taskPassage(topology([plain(0)], { sink: { valueFormat: { format: 'JSON', unwrapped: true } } }))).toBeNull()
  })

  test('are not passed where a record has several readers', () => {
    const one = topology([plain(0)])
    expect(taskPassage({ ...one, steps: [...one.steps, sink({ id: 'other' })] })).toBeNull()
  })
})

describe('columns from a source to an internal topic', () => {
  const repartition = (more: Partial<RepartitionStep> = {}): RepartitionStep => ({
    kind: 'repartition',
    id: 'repartition',
    input: 'key',
    topicSuffix: 'left-repartition',
    keyFormat: { format: 'KAFKA', unwrapped: true },
    payload: 'value',
    partitionsOf: 'S',
    ...more,
  })
  const passageOf = (more: { source?: Partial<SourceStep>; repartition?: Partial<RepartitionStep> } = {}) =>
    taskPassage({
      index: 0,
      reads: [source(more.source)],
      steps: [
        { kind: 'changeKey', id: 'key', input: 'source', key: [plain(1)], encoded: true },
        repartition(more.repartition),
      ],
    })

  test('are passed if they are texts; those of the key are decoded, too', () => {
    const passage = passageOf()!
    expect(passage.sourceSlots).toEqual([0, -1, -1])
    expect(passage.target.slots).toEqual([0, -1, -1])
    expect([...passage.read]).toEqual([1])
  })

  test('are decoded where the time of records is theirs, by the name that the topic has for them', () => {
    const timestamp = { column: 'A', format: 'yyyy' } as SourceStep['timestamp']
    const columns = COLUMNS.map((column) => ({ ...column, name: `F_${column.name}` }))
    expect(passageOf({ source: { timestamp, columns } })!.read.has(0)).toBe(true)
  })

  test('leave the bytes that a decoded row does', () => {
    const schema: StepSchema = { kind: 'stream', key: [], window: null, value: VALUE }
    const passage = passageOf()!
    const [copying, writing] = [passage, null].map((one) => internalEncoder(repartition(), schema, [], one))
    const reader = FORMATS.JSON.reader({
      side: 'VALUE',
      topic: 't',
      spec: JSON_FORMAT,
      columns: VALUE,
      wanted: VALUE.map((_, i) => ({ column: i, target: i, first: true, slot: passage.sourceSlots[i]! })),
      writerSchemas: { get: () => 'none' },
      passed: passage.values,
    })
    const texts = ['', 'x', 'y'.repeat(24), 'z'.repeat(25), 'w'.repeat(300), 'a"b\\', 'grün']
    for (const text of [...texts, null]) {
      const row: Row = []
      const payload = Buffer.from(JSON.stringify({ A: text, B: 7, C: null }))
      expect(reader.open(payload, 0, payload.length, row)).toBeNull()
      expect(passage.values.starts[0]! >= 0).toBe(text !== null && /^[a-z]*$/.test(text))
      const [copied, written] = [new ByteBuffer(), new ByteBuffer()]
      const record = { key: null, window: null, oldValue: null, timestamp: 0, headers: null }
      copying!.writeValue({ ...record, value: row }, copied)
      writing!.writeValue({ ...record, value: [text, 7, null] }, written)
      expect(copied.since(0)).toEqual(written.since(0))
    }
  })

  test.each([
    ['a format whose texts have no known place', { source: { valueFormat: { format: 'AVRO', unwrapped: false } } }],
    ['changes', { repartition: { payload: 'change' } }],
    ['a column that says the partition', { repartition: { partitionColumn: 1 } }],
  ] as const)('are not passed: %s', (_, more) => {
    expect(passageOf(more)).toBeNull()
  })
})

describe('an input whose columns are passed', () => {
  const passage = taskPassage(topology([plain(0), plain(1)]))!

  function input(columns: readonly SourceColumn[], more: Partial<TaskInput> = {}) {
    const rows: (Row | null)[] = []
    const entry = {
      step: source({ columns }),
      filter: null,
      needsKey: false,
      passage: columns === COLUMNS ? passage : null,
    } as unknown as TaskEntry
    const one: TaskInput = {
      entry,
      needsStreamTime: false,
      keepsRecords: false,
      beginFilter: () => {},
      takeRecord: (record) => rows.push(record.value),
      takeBadRecord: () => {},
      advanceStreamTime: () => {},
      ...more,
    }
    return { one, rows }
  }

  function cursor(value: string): RecordCursor {
    const buffer = Buffer.from(value)
    const place = { keyStart: 0, keyEnd: -1, valueStart: 0, valueEnd: buffer.length, headerCount: 0 }
    return { buffer, offset: 0, timestamp: 0, ...place } as RecordCursor
  }

  const shared = (...inputs: readonly TaskInput[]) =>
    new SharedSource(inputs, { partition: 0, headers: () => null, writerSchemas: { get: () => 'none' } })
  const isPassed = () => [...passage.values.starts].map((start) => start >= 0)

  test('has them decoded while another input reads the same records', () => {
    const { one, rows } = input(COLUMNS)
    const { one: other } = input([COLUMNS[1]!])
    const records = shared(one)
    records.read(cursor('{"A":"x","B":1,"C":1.5}'))
    expect(isPassed()).toEqual([true, true])
    records.add(other)
    records.read(cursor('{"A":"y","B":2,"C":2.5}'))
    expect(isPassed()).toEqual([false, false])
    expect(rows.at(-1)).toEqual(['y', 2, 2.5])
    records.remove(other)
    records.read(cursor('{"A":"z","B":3,"C":3.5}'))
    expect(isPassed()).toEqual([true, true])
  })

  test('has passed nothing of the record before, which only it could read', () => {
    const two = COLUMNS.slice(0, 2)
    const own = taskPassage(topology([plain(0), plain(1)], { source: { columns: two } }))!
    const unchecked = { ...JSON_FORMAT, unchecked: true }
    const entryOf = (columns: readonly SourceColumn[], used: typeof own | null) =>
      ({
        step: source({ columns, valueFormat: unchecked }),
        filter: null,
        needsKey: false,
        passage: used,
      }) as unknown as TaskEntry
    const { one, rows } = input(two, { entry: entryOf(two, own) })
    const { one: other } = input([COLUMNS[2]!], { entry: entryOf([COLUMNS[2]!], null) })
    const records = shared(one, other)
    records.read(cursor('{"A":"x","B":1,"C":"no number"}'))
    expect(rows).toHaveLength(1)
    records.read(cursor('{"A":"y","B":2,"C":2.5}'))
    expect([...own.values.starts]).toEqual([-1, -1])
    expect(rows.at(-1)).toEqual(['y', 2])
  })

  test('has them decoded where it keeps records', () => {
    const { one, rows } = input(COLUMNS, { keepsRecords: true })
    shared(one).read(cursor('{"A":"x","B":1,"C":1.5}'))
    expect(isPassed()).toEqual([false, false])
    expect(rows).toEqual([['x', 1, 1.5]])
  })
})
