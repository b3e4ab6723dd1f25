/**
 * One job two ways: payloads of a format, wanted columns decoded, and the result encoded in the same format. By hand it is what a programmer
 * writes with the format's usual library.
 */
import type { Format, FormatName, FormatSpec, WrittenSchema } from '../src/serde/format.ts'
import { ByteBuffer } from '../src/types/byte-buffer.ts'
import type { Column } from '../src/types/schema.ts'
import type { Row } from '../src/types/value.ts'
import type { Work } from './side-by-side.ts'

/** A format's usual library. Positions are in a buffer that holds many payloads. */
export interface ByHand<Event> {
  decode(bytes: Buffer, start: number, end: number): Event
  /** Gives the end of the payload. */
  encode(event: Event, buffer: Buffer, position: number): number
}

export interface FormatJob<Event> {
  readonly format: Format
  /** What the spec says besides. Absent: nothing. */
  readonly spec?: Pick<FormatSpec, 'header' | 'line' | 'delimiter'>
  /** What results are written in. Absent: the same format. */
  readonly outputFormat?: Format
  readonly payloads: readonly Buffer[]
  readonly columns: readonly Column[]
  /** Columns that the query reads, in the order of its rows. */
  readonly wanted: readonly string[]
  /** Columns of the result, from the first of the wanted ones on. */
  readonly output: readonly Column[]
  /** The schemas of what is read and what is written; null for formats without one. */
  readonly schemas: { readonly input: WrittenSchema; readonly output: WrittenSchema } | null
  /** A condition on one column, which is among the wanted. */
  readonly where: { readonly column: string; readonly holds: (value: unknown) => boolean } | null
  readonly byHand: ByHand<Event> & {
    readonly passes: ((event: Event) => boolean) | null
    readonly project: ((event: Event) => Event) | null
  }
}

const OUTPUT_BYTES = 64 << 20

interface Whole {
  readonly run: () => number
  /** What the last run wrote, one payload a record. */
  readonly payloads: () => Buffer[]
}

/** Throws an Error if the two ways give different payloads. */
export function formatWork<Event>(job: FormatJob<Event>): Work {
  let end = 0
  const ends = job.payloads.map(({ length }) => (end += length))
  const bytes = Buffer.concat(job.payloads)
  const [ours, byHand] = [wholeOurs(job, bytes, ends), wholeByHand(job, bytes, ends)]
  ours.run()
  byHand.run()
  const hands = byHand.payloads()
  ours.payloads().forEach((payload, i) => {
    if (!payload.equals(hands[i]!))
      throw new Error(`record ${i}: ${payload.toString('latin1')} is not ${hands[i]!.toString('latin1')}`)
  })
  if (ours.payloads().length !== hands.length) throw new Error('the two ways give different numbers of records')
  return {
    records: job.payloads.length,
    parts: [{ name: 'whole job', ours: ours.run, byHand: byHand.run }],
    remark: `${Math.round(end / job.payloads.length)} bytes a record`,
  }
}

function wholeOurs<Event>(job: FormatJob<Event>, bytes: Buffer, ends: readonly number[]): Whole {
  const { format, columns, wanted, output, where, schemas } = job
  const spec: FormatSpec = { format: format.name as FormatName, unwrapped: false, ...job.spec }
  const { outputFormat = format } = job
  const names = columns.map(({ name }) => name)
  const reader = format.reader({
    side: 'VALUE',
    topic: 't',
    spec,
    columns,
    wanted: wanted.map((name, target) => ({ column: names.indexOf(name), target, first: name === where?.column })),
    ...(schemas !== null && { writerSchemas: { get: () => schemas.input } }),
  })
  const writer = outputFormat.writer({
    side: 'VALUE',
    topic: 't',
    spec: schemas === null ? spec : { ...spec, schema: schemas.output },
    columns: output,
    sources: output.map((_, i) => i),
  })
  const place = where === null ? -1 : wanted.indexOf(where.column)
  const holds = where?.holds
  const width = wanted.length
  const out = new ByteBuffer(1 << 20)
  const written: number[] = []
  return {
    run() {
      out.clear()
      written.length = 0
      let start = 0
      for (const end of ends) {
        const row: Row = new Array(width)
        const error = reader.open(bytes, start, end, row)
        if (error !== null) throw new Error(error.causes.join(': '))
        start = end
        if (holds !== undefined && !holds(row[place])) continue
        reader.finish(row)
        writer.write(row, out)
        written.push(out.position)
      }
      return out.position
    },
    payloads: () => cut(out.buffer, written),
  }
}

function wholeByHand<Event>({ byHand }: FormatJob<Event>, bytes: Buffer, ends: readonly number[]): Whole {
  const { passes, project } = byHand
  const buffer = Buffer.allocUnsafe(OUTPUT_BYTES)
  const written: number[] = []
  return {
    run() {
      written.length = 0
      let position = 0
      let start = 0
      for (const end of ends) {
        const event = byHand.decode(bytes, start, end)
        start = end
        if (passes !== null && !passes(event)) continue
        position = byHand.encode(project === null ? event : project(event), buffer, position)
        written.push(position)
      }
      return position
    },
    payloads: () => cut(buffer, written),
  }
}

const cut = (bytes: Buffer, ends: readonly number[]): Buffer[] =>
  ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end))
