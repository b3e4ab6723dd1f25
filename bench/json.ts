/**
 * Cost per record of decoding and encoding JSON beside JSON.parse / JSON.stringify with hand-written JavaScript for the same job, in the
 * same run: interleaved rounds, median. `node bench/json.ts [part of a shape's name]`.
 */
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { ByteBuffer } from '../src/serde/byte-sink.ts'
import type { ColumnsReader, ColumnsWriter } from '../src/serde/format.ts'
import { json } from '../src/serde/json.ts'
import type { SqlType } from '../src/types/sql-type.ts'
import type { Row, Value } from '../src/types/value.ts'
import { SHAPES, type Shape } from './json-shapes.ts'

const RECORDS = 2000
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '31' }, shape: { type: 'string' } },
})
const rounds = Number(values.rounds)

interface Batch {
  readonly bytes: Buffer
  /** Record i is `bytes[ends[i - 1], ends[i])`. */
  readonly ends: readonly number[]
}

function batchOf(shape: Shape): Batch {
  const records = Array.from({ length: RECORDS }, (_, i) => Buffer.from(JSON.stringify(shape.record(i))))
  let end = 0
  return { bytes: Buffer.concat(records), ends: records.map((record) => (end += record.length)) }
}

const columnsOf = ({ types }: Shape) =>
  Object.entries(types).map(([name, type]) => ({ name: name.toUpperCase(), type }))
const wantedOf = ({ types, wanted }: Shape): readonly string[] => wanted ?? Object.keys(types)

function makeReader(shape: Shape): ColumnsReader {
  const names = Object.keys(shape.types)
  return json.reader({
    side: 'VALUE',
    topic: 't',
    spec: { format: 'JSON', unwrapped: false },
    columns: columnsOf(shape),
    wanted: wantedOf(shape).map((name, target) => ({
      column: names.indexOf(name),
      target,
      first: name === shape.where?.column,
    })),
  })
}

function decodeOurs(shape: Shape, { bytes, ends }: Batch): () => number {
  const reader = makeReader(shape)
  const place = shape.where === undefined ? -1 : wantedOf(shape).indexOf(shape.where.column)
  const value = shape.where?.value
  const width = wantedOf(shape).length
  return () => {
    let kept = 0
    let start = 0
    for (const end of ends) {
      const row: Row = new Array(width)
      const error = reader.open(bytes, start, end, row)
      if (error === null && (place < 0 || row[place] === value) && reader.finish(row) === null) kept += row.length
      start = end
    }
    return kept
  }
}

/** What a programmer would write for this query, as source: so that property reads are as fast as they can be. */
function decodeByHand(shape: Shape, { bytes, ends }: Batch): () => number {
  const test =
    shape.where === undefined
      ? 'true'
      : `o[${JSON.stringify(shape.where.column)}] === ${JSON.stringify(shape.where.value)}`
  const row = wantedOf(shape)
    .map((name) => conversion(`o[${JSON.stringify(name)}]`, shape.types[name]!))
    .join(', ')
  const toRow = new Function('text', `const o = JSON.parse(text); return ${test} ? [${row}] : null`) as (
    text: string,
  ) => Row | null
  return () => {
    let kept = 0
    let start = 0
    for (const end of ends) {
      const values = toRow(bytes.toString('utf8', start, end))
      if (values !== null) kept += values.length
      start = end
    }
    return kept
  }
}

/** From what JSON.parse gives to the value of the type: structs are arrays, maps are Maps. */
function conversion(source: string, type: SqlType): string {
  if (type.kind === 'MAP') return `new Map(Object.entries(${source}))`
  if (type.kind === 'ARRAY' && type.element.kind === 'STRUCT')
    return `${source}.map((e) => ${conversion('e', type.element)})`
  if (type.kind !== 'STRUCT') return `${source} ?? null`
  return `[${type.fields.map((field) => conversion(`${source}[${JSON.stringify(field.name)}]`, field.type)).join(', ')}]`
}

function rowsOf(shape: Shape, { bytes, ends }: Batch): Row[] {
  const reader = makeReader({ ...shape, where: { column: '', value: '' } })
  let start = 0
  return ends.map((end) => {
    const row: Row = []
    if (reader.open(bytes, start, end, row) !== null || reader.finish(row) !== null)
      throw new Error('unreadable record')
    start = end
    return row
  })
}

function encodeOurs(shape: Shape, rows: readonly Row[]): () => number {
  const columns = wantedOf(shape).map((name) => ({ name: name.toUpperCase(), type: shape.types[name]! }))
  const writer: ColumnsWriter = json.writer({
    side: 'VALUE',
    topic: 't',
    spec: { format: 'JSON', unwrapped: false },
    columns,
    sources: columns.map((_, i) => i),
  })
  const out = new ByteBuffer(1 << 20)
  return () => {
    out.clear()
    for (const row of rows) writer.write(row, out)
    return out.position
  }
}

function encodeByHand(shape: Shape, rows: readonly Row[]): () => number {
  const fields = wantedOf(shape).map(
    (name, i) => `${JSON.stringify(name.toUpperCase())}: ${objectOf(`row[${i}]`, shape.types[name]!)}`,
  )
  const toText = new Function('row', `return JSON.stringify({ ${fields.join(', ')} })`) as (
    row: readonly Value[],
  ) => string
  const buffer = Buffer.allocUnsafe(64 << 20)
  return () => {
    let position = 0
    for (const row of rows) position += buffer.write(toText(row), position)
    return position
  }
}

function objectOf(source: string, type: SqlType): string {
  if (type.kind === 'MAP') return `Object.fromEntries(${source})`
  if (type.kind === 'ARRAY' && type.element.kind === 'STRUCT')
    return `${source}.map((e) => (${objectOf('e', type.element)}))`
  if (type.kind !== 'STRUCT') return source
  return `{ ${type.fields.map((field, i) => `${JSON.stringify(field.name)}: ${objectOf(`${source}[${i}]`, field.type)}`).join(', ')} }`
}

/** Median ns per record of each job, their rounds interleaved. */
function measure(jobs: readonly (() => number)[]): number[] {
  const times = jobs.map((): number[] => [])
  for (let round = 0; round < rounds; round++) {
    jobs.forEach((job, i) => {
      const start = process.hrtime.bigint()
      const result = job()
      const ns = Number(process.hrtime.bigint() - start) / RECORDS
      if (result < 0) throw new Error('no result')
      if (round >= rounds / 4) times[i]!.push(ns)
    })
  }
  return times.map((list) => list.sort((a, b) => a - b)[list.length >> 1]!)
}

const cell = (value: number) => value.toFixed(0).padStart(8)

function report(name: string, job: string, [ours, byHand]: readonly number[]): void {
  console.log(`${name.padEnd(28)} ${job} ${cell(ours!)} ${cell(byHand!)} ${(byHand! / ours!).toFixed(2).padStart(8)}`)
}

function measureShape(shape: Shape): void {
  const batch = batchOf(shape)
  report(shape.name, 'decode', measure([decodeOurs(shape, batch), decodeByHand(shape, batch)]))
  if (shape.where !== undefined) return
  const rows = rowsOf(shape, batch)
  report(shape.name, 'encode', measure([encodeOurs(shape, rows), encodeByHand(shape, rows)]))
}

/** Each shape in a process of its own: what the engine learned from one must not speed up or slow down the next. */
function measureInProcesses(part: string): void {
  console.log(`${'ns per record, median'.padEnd(28)}           ours  by hand    ratio`)
  for (const { name } of SHAPES.filter((shape) => shape.name.includes(part))) {
    const { status } = spawnSync(process.execPath, [import.meta.filename, '--shape', name, '--rounds', values.rounds], {
      stdio: 'inherit',
    })
    if (status !== 0) process.exitCode = 1
  }
}

const only = SHAPES.find(({ name }) => name === values.shape)
if (only === undefined) measureInProcesses(positionals[0] ?? '')
else measureShape(only)
