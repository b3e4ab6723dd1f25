/**
 * One job two ways: records of JSON bytes, wanted columns decoded, evaluated, and the result encoded as JSON bytes. By hand it is
 * JSON.parse of the record's text, plain JavaScript, JSON.stringify and Buffer.write.
 */

import type { ColumnsReader, ColumnsWriter } from '../src/serde/format.ts'
import { json } from '../src/serde/json.ts'
import { ByteBuffer } from '../src/types/byte-buffer.ts'
import type { SqlType } from '../src/types/sql-type.ts'
import type { Row } from '../src/types/value.ts'
import type { Part, Work } from './side-by-side.ts'

interface Column {
  readonly name: string
  readonly type: SqlType
}

export interface JsonJob<Event> {
  readonly records: readonly unknown[]
  readonly columns: readonly Column[]
  /** Columns that the query reads, in the order of its rows. */
  readonly wanted: readonly string[]
  /** `WHERE column = value`; the column is among the wanted. */
  readonly where?: { readonly column: string; readonly value: string } | undefined
  readonly output: readonly Column[]
  /** From a row of the wanted columns to one of the output; null if they are the same. */
  readonly evaluate: ((row: Row) => Row) | null
  readonly byHand: {
    readonly passes: ((event: Event) => boolean) | null
    /** From what JSON.parse gives to what JSON.stringify takes. */
    readonly evaluate: (event: Event) => unknown
  }
}

interface Records {
  readonly bytes: Buffer
  /** Record i is `bytes[ends[i - 1], ends[i])`. */
  readonly ends: readonly number[]
}

const OUTPUT_BYTES = 64 << 20

/** The parts of a job and the whole. Throws an Error if the two ways give different values. */
export function jsonWork<Event>(job: JsonJob<Event>): Work {
  const records = bytesOf(job.records)
  const parts: Part[] = [{ name: 'decode', ours: decodeOurs(job, records), byHand: decodeByHand(records, job) }]
  const events = job.records.map((record) => JSON.parse(JSON.stringify(record)) as Event)
  const rows = rowsOf(job, records)
  const { evaluate, byHand } = job
  if (evaluate !== null) {
    parts.push({ name: 'evaluate', ours: loop(rows, evaluate), byHand: loop(events, byHand.evaluate) })
  }
  parts.push({ name: 'encode', ours: encodeOurs(job, rows), byHand: encodeByHand(job, events) })
  parts.push({ name: 'whole job', ours: wholeOurs(job, records).run, byHand: wholeByHand(job, records).run })
  return { records: job.records.length, parts, remark: compareOutputs(job, records) }
}

function bytesOf(values: readonly unknown[]): Records {
  const records = values.map((value) => Buffer.from(JSON.stringify(value)))
  let end = 0
  return { bytes: Buffer.concat(records), ends: records.map((record) => (end += record.length)) }
}

function makeReader({ columns, wanted, where }: JsonJob<never>): ColumnsReader {
  const names = columns.map(({ name }) => name)
  return json.reader({
    side: 'VALUE',
    topic: 't',
    spec: { format: 'JSON', unwrapped: false },
    columns,
    wanted: wanted.map((name, target) => ({ column: names.indexOf(name), target, first: name === where?.column })),
  })
}

const makeWriter = ({ output }: JsonJob<never>): ColumnsWriter =>
  json.writer({
    side: 'VALUE',
    topic: 't',
    spec: { format: 'JSON', unwrapped: false },
    columns: output,
    sources: output.map((_, i) => i),
  })

/** Calls `take` with the rows that pass. */
function readRows(job: JsonJob<never>, { bytes, ends }: Records, take: (row: Row) => void): () => void {
  const reader = makeReader(job)
  const place = job.where === undefined ? -1 : job.wanted.indexOf(job.where.column)
  const value = job.where?.value
  const width = job.wanted.length
  return () => {
    let start = 0
    for (const end of ends) {
      const row: Row = new Array(width)
      const error = reader.open(bytes, start, end, row)
      if (error === null && (place < 0 || row[place] === value) && reader.finish(row) === null) take(row)
      start = end
    }
  }
}

function rowsOf(job: JsonJob<never>, records: Records): Row[] {
  const rows: Row[] = []
  readRows(job, records, (row) => rows.push(row))()
  return rows
}

function decodeOurs(job: JsonJob<never>, records: Records) {
  let kept = 0
  const read = readRows(job, records, (row) => {
    kept += row.length
  })
  return () => {
    read()
    return kept
  }
}

function decodeByHand<Event>({ bytes, ends }: Records, { byHand: { passes } }: JsonJob<Event>) {
  return () => {
    let kept = 0
    let start = 0
    for (const end of ends) {
      const event = JSON.parse(bytes.toString('utf8', start, end)) as Event
      if (passes === null || passes(event)) kept++
      start = end
    }
    return kept
  }
}

/** A loop of its own for each function measured, so that none profits or suffers from what V8 learnt of another. */
const loop = new Function(
  'values',
  'evaluate',
  `return new Function('values', 'evaluate', \`return () => {
     let objects = 0
     for (let i = 0; i < values.length; i++) objects += typeof evaluate(values[i]) === 'object' ? 1 : 0
     return objects
   }\`)(values, evaluate)`,
) as <T>(values: readonly T[], evaluate: (value: T) => unknown) => () => number

function encodeOurs(job: JsonJob<never>, rows: readonly Row[]) {
  const writer = makeWriter(job)
  const out = new ByteBuffer(1 << 20)
  const outputs = job.evaluate === null ? rows : rows.map(job.evaluate)
  return () => {
    out.clear()
    for (const row of outputs) writer.write(row, out)
    return out.position
  }
}

function encodeByHand<Event>({ byHand, evaluate }: JsonJob<Event>, events: readonly Event[]) {
  const buffer = Buffer.allocUnsafe(OUTPUT_BYTES)
  const kept = events.filter((event) => byHand.passes?.(event) ?? true)
  // Without expressions the output's object is the encoder's business, as for ours; with them it is the evaluation's result.
  const toOutput = evaluate === null ? byHand.evaluate : null
  const values: readonly unknown[] = toOutput === null ? kept.map(byHand.evaluate) : kept
  return () => {
    let position = 0
    for (const value of values) {
      position += buffer.write(JSON.stringify(toOutput === null ? value : toOutput(value as Event)), position)
    }
    return position
  }
}

interface Whole {
  readonly run: () => number
  /** What the last run wrote, one text a record. */
  readonly texts: () => string[]
}

function wholeOurs(job: JsonJob<never>, records: Records): Whole {
  const writer = makeWriter(job)
  const out = new ByteBuffer(1 << 20)
  const ends: number[] = []
  const { evaluate } = job
  const read = readRows(job, records, (row) => {
    writer.write(evaluate === null ? row : evaluate(row), out)
    ends.push(out.position)
  })
  return {
    run() {
      out.clear()
      ends.length = 0
      read()
      return out.position
    },
    texts: () => textsOf(out.buffer, ends),
  }
}

function wholeByHand<Event>({ byHand: { passes, evaluate } }: JsonJob<Event>, { bytes, ends }: Records): Whole {
  const buffer = Buffer.allocUnsafe(OUTPUT_BYTES)
  const written: number[] = []
  return {
    run() {
      written.length = 0
      let position = 0
      let start = 0
      for (const end of ends) {
        const event = JSON.parse(bytes.toString('utf8', start, end)) as Event
        start = end
        if (passes !== null && !passes(event)) continue
        position += buffer.write(JSON.stringify(evaluate(event)), position)
        written.push(position)
      }
      return position
    },
    texts: () => textsOf(buffer, written),
  }
}

const textsOf = (bytes: Buffer, ends: readonly number[]): string[] =>
  ends.map((end, i) => bytes.toString('utf8', ends[i - 1] ?? 0, end))

/** A comparison of speed means nothing where the results differ. Other text for the same number is Java's and is remarked on. */
function compareOutputs<Event>(job: JsonJob<Event>, records: Records): string {
  const [ours, byHand] = [wholeOurs(job, records), wholeByHand(job, records)].map((whole) => {
    whole.run()
    return whole.texts()
  }) as [string[], string[]]
  if (ours.length !== byHand.length) throw new Error(`${ours.length} records are not ${byHand.length}`)
  let other = 0
  ours.forEach((text, i) => {
    if (text === byHand[i]) return
    other++
    if (JSON.stringify(JSON.parse(text)) !== byHand[i]) throw new Error(`${text} is not ${byHand[i]}`)
  })
  return other === 0 ? '' : `Java's number text in ${other} of ${ours.length} records (1.0, 1.50)`
}
