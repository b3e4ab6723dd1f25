/**
 * Nanoseconds per record of each stage of the record path, without a broker: `npm run bench -- stages [rounds]`. Records are those of the jobs;
 * each line is the least of the rounds, so that what else the machine does counts least.
 */

import { partitionForKey } from '../src/broker/partitioner.ts'
import { RecordBatchBuilder } from '../src/broker/record-batch-builder.ts'
import { RecordBatchCursor } from '../src/broker/record-batch-cursor.ts'
import { json } from '../src/serde/json.ts'
import { ByteBuffer } from '../src/types/byte-buffer.ts'
import { crc32c } from '../src/types/crc32c.ts'
import type { Column } from '../src/types/schema.ts'
import type { Row } from '../src/types/value.ts'
import { user, userJson } from './compare/data.ts'

const RECORDS = 50_000
const BATCH_BYTES = 128 * 1024
const SPEC = { format: 'JSON', unwrapped: false } as const
const rounds = Number(process.argv[2] ?? 15)

const COLUMNS: readonly Column[] = [
  ...['USERID', 'NAME', 'STATE', 'CITY'].map((name): Column => ({ name, type: { kind: 'STRING' } })),
  { name: 'TS', type: { kind: 'BIGINT' } },
  ...['IP', 'KIND'].map((name): Column => ({ name, type: { kind: 'STRING' } })),
  { name: 'BYTES', type: { kind: 'INTEGER' } },
  { name: 'PAYLOAD', type: { kind: 'STRING' } },
]
const ALL = COLUMNS.map((_, index) => index)
const STATE = 2

const batches = makeBatches()
const bytes = batches.reduce((sum, { length }) => sum + length, 0)
const cursor = new RecordBatchCursor()
console.log(`${Math.round(bytes / RECORDS)} bytes per record`)

const walk = least(() => each(() => {}))
report('walk a batch', walk)
report(
  'find the partition of a key',
  least(() => each(() => partitionForKey(cursor.buffer, 2, cursor.keyStart, cursor.keyEnd))) - walk,
)
report('JSON: read the third of nine fields', least(reading([STATE])) - walk)
report('JSON: read the last field', least(reading([8])) - walk)
const readAll = least(reading(ALL))
report('JSON: read nine fields', readAll - walk)
report('JSON: write nine fields', least(writing()) - readAll)
report(
  'checksum',
  least(() => batches.forEach((batch) => crc32c(batch, 21, batch.length))),
)
report(
  'JSON.parse',
  least(() => each(() => JSON.parse(cursor.buffer.toString('utf8', cursor.valueStart, cursor.valueEnd)))) - walk,
)

function makeBatches(): Buffer[] {
  const made: Buffer[] = []
  const builder = new RecordBatchBuilder()
  for (let i = 0; i < RECORDS; i++) {
    const one = user(i)
    builder.append(one.ts, Buffer.from(one.userid), Buffer.from(userJson(one)))
    if (builder.size >= BATCH_BYTES || i === RECORDS - 1) made.push(builder.finish())
  }
  return made
}

function each(use: () => void): void {
  for (const batch of batches) {
    cursor.reset(batch)
    while (cursor.next()) use()
  }
}

function reader(columns: readonly number[]): (row: Row) => void {
  const wanted = columns.map((column, target) => ({ column, target, first: true }))
  // As behind a filter: reading stops with the last wanted field.
  const open = json.reader({
    side: 'VALUE',
    topic: 'users',
    spec: SPEC,
    columns: COLUMNS,
    wanted:
      columns.length === COLUMNS.length ? wanted : [...wanted, { column: 0, target: columns.length, first: false }],
  })
  return (row) => {
    const error = open.open(cursor.buffer, cursor.valueStart, cursor.valueEnd, row)
    if (error !== null) throw new Error(error.message)
  }
}

function reading(columns: readonly number[]): () => void {
  const read = reader(columns)
  return () => each(() => read(new Array(columns.length)))
}

function writing(): () => void {
  const read = reader(ALL)
  const writer = json.writer({ side: 'VALUE', topic: 'out', spec: SPEC, columns: COLUMNS, sources: ALL })
  const sink = new ByteBuffer()
  return () =>
    each(() => {
      const row: Row = new Array(COLUMNS.length)
      read(row)
      writer.write(row, sink)
      if (sink.position > BATCH_BYTES) sink.clear()
    })
}

/** ns per record. */
function least(work: () => void): number {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < rounds; round++) {
    const startedAt = performance.now()
    work()
    best = Math.min(best, performance.now() - startedAt)
  }
  return (best * 1e6) / RECORDS
}

function report(stage: string, nanoseconds: number): void {
  console.log(`${stage.padEnd(40)}${Math.round(nanoseconds)} ns`)
}
