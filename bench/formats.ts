/**
 * Cost per record of formats, for the records of the jobs j1 and j7, beside the same work by hand with the format's usual library:
 * `npm run bench -- formats [part of a name]`. By hand AVRO is avsc with a reader's schema of the wanted fields, so that it steps over the
 * others too. PROTOBUF is protobufjs, CSV is csv-parse, REGEX and GROK are V8's expressions; these three write JSON.
 */
import avsc from 'avsc'
import { parse as parseCsv } from 'csv-parse/sync'
import pbjs from 'protobufjs'
import { avro } from '../src/serde/avro.ts'
import type { Format, FormatName, FormatSpec, WrittenSchema } from '../src/serde/format.ts'
import { FORMATS } from '../src/serde/index.ts'
import { json } from '../src/serde/json.ts'
import { patternOfGrok } from '../src/serde/lines/grok.ts'
import { patternOfRegex } from '../src/serde/lines/line-pattern.ts'
import { protobuf } from '../src/serde/protobuf.ts'
import type { Column } from '../src/types/schema.ts'
import { user, userColumns } from './compare/data.ts'
import { type ByHand, type FormatJob, formatWork } from './format-job.ts'
import { compareSideBySide, type Work } from './side-by-side.ts'
import { USER_COLUMNS } from './user-columns.ts'

const RECORDS = 1000

type Event = Record<string, unknown>

const events: readonly Event[] = Array.from({ length: RECORDS }, (_, i) => userColumns(user(i)))

interface Query {
  readonly name: string
  readonly output: readonly string[]
  readonly where: { readonly column: string; readonly holds: (value: unknown) => boolean } | null
}

const ALL = USER_COLUMNS.map(({ name }) => name)

const QUERIES: readonly Query[] = [
  {
    name: 'filter, 3 of 9 (j1)',
    output: ['USERID', 'CITY', 'PAYLOAD'],
    where: { column: 'STATE', holds: (state) => state === 'LA' },
  },
  { name: 'project, 3 of 9', output: ['USERID', 'CITY', 'PAYLOAD'], where: null },
  { name: 'pass, 9 of 9 (j7)', output: ALL, where: { column: 'STATE', holds: (state) => state !== 'GA' } },
  { name: 'all, 9 of 9', output: ALL, where: null },
]

const columnsOf = (names: readonly string[]): readonly Column[] =>
  USER_COLUMNS.filter(({ name }) => names.includes(name))

/** The columns that the query reads: those of the result, and the one of the condition. */
const wantedBy = ({ output, where }: Query): readonly string[] =>
  where === null || output.includes(where.column) ? output : [...output, where.column]

/** A library's codecs for what a query reads and writes. */
interface Library {
  readonly format: Format
  /** What the spec says besides. Absent: nothing. */
  readonly spec?: Pick<FormatSpec, 'header' | 'line' | 'delimiter'>
  /** What results are written in. Absent: the same format. */
  readonly outputFormat?: Format
  /** Writes a record. Absent: by hand. */
  readonly payloadOf?: (event: Event) => string
  readonly makeByHand: (query: Query) => ByHand<Event>
}

const FRAME_BYTES = 5

function schemaOf(format: Format, columns: readonly Column[], id: number): WrittenSchema {
  const { type, schemaOf } = format.schemas!
  const spec = { format: format.name as FormatName, unwrapped: false }
  return { id, type, text: schemaOf(columns, spec, 'VALUE'), imports: {} }
}

const JSON_BY_HAND: ByHand<Event> = {
  decode: (bytes, start, end) => JSON.parse(bytes.toString('utf8', start, end)) as Event,
  encode: (event, buffer, position) => position + buffer.write(JSON.stringify(event), position),
}

const avscType = (columns: readonly Column[], id: number): avsc.Type =>
  avsc.Type.forSchema(JSON.parse(schemaOf(avro, columns, id).text) as avsc.Schema)

function avroByHand(query: Query): ByHand<Event> {
  const writer = avscType(USER_COLUMNS, 1)
  const reader = avscType(columnsOf(wantedBy(query)), 1)
  const resolver = wantedBy(query).length === USER_COLUMNS.length ? undefined : reader.createResolver(writer)
  const type = resolver === undefined ? writer : reader
  const output = avscType(columnsOf(query.output), 2)
  return {
    decode(bytes, start) {
      if (bytes[start] !== 0 || bytes.readUInt32BE(start + 1) !== 1) throw new Error('another schema')
      return type.decode(bytes, start + FRAME_BYTES, resolver).value as Event
    },
    encode(event, buffer, position) {
      buffer[position] = 0
      buffer.writeUInt32BE(2, position + 1)
      return output.encode(event, buffer, position + FRAME_BYTES)
    },
  }
}

const messageOf = (columns: readonly Column[]): pbjs.Type =>
  pbjs.parse(schemaOf(protobuf, columns, 1).text, { keepCase: true }).root.lookupType('ConnectDefault1')

/** Frame and the byte for the schema's first message. */
const PROTOBUF_FRAME_BYTES = FRAME_BYTES + 1

/** protobufjs decodes all fields. It reads through one reader, which costs less than one for each record; a 64-bit number stays a Long. */
function protobufByHand(query: Query): ByHand<Event> {
  const type = messageOf(USER_COLUMNS)
  const output = messageOf(columnsOf(query.output))
  let reader = pbjs.Reader.create(Buffer.alloc(0))
  return {
    decode(bytes, start, end) {
      if (bytes[start] !== 0 || bytes.readUInt32BE(start + 1) !== 1 || bytes[start + FRAME_BYTES] !== 0) {
        throw new Error('another schema')
      }
      if (reader.buf !== bytes) reader = pbjs.Reader.create(bytes)
      reader.pos = start + PROTOBUF_FRAME_BYTES
      return type.decode(reader, end - start - PROTOBUF_FRAME_BYTES) as unknown as Event
    },
    encode(event, buffer, position) {
      const bytes = output.encode(event).finish()
      buffer[position] = 0
      buffer.writeUInt32BE(2, position + 1)
      buffer[position + FRAME_BYTES] = 0
      buffer.set(bytes, position + PROTOBUF_FRAME_BYTES)
      return position + PROTOBUF_FRAME_BYTES + bytes.length
    },
  }
}

/** A line with quotes and brackets, as servers log. */
const lineOf = ({ USERID, NAME, STATE, CITY, TS, IP, KIND, BYTES, PAYLOAD }: Event): string =>
  `${IP} ${USERID} [${TS}] ${KIND} "${PAYLOAD}" ${BYTES} ${STATE} ${CITY} "${NAME}"`

const LINE_REGEX =
  '^(?<ip>\\S+) (?<userid>\\S+) \\[(?<ts>\\d+)\\] (?<kind>\\w+) "(?<payload>[^"]*)" (?<bytes>\\d+) (?<state>\\w+) (?<city>\\w+) "(?<name>[^"]*)"$'
const LINE_GROK =
  '^%{IP:ip} %{NOTSPACE:userid} \\[%{NONNEGINT:ts:long}\\] %{WORD:kind} "(?<payload>[^"]*)" %{NONNEGINT:bytes:int} %{WORD:state} %{WORD:city} "(?<name>[^"]*)"$'

/** V8's expression and its groups; the numbers converted. */
function lineByHand(query: Query): ByHand<Event> {
  const regex = new RegExp(LINE_REGEX)
  const wanted = wantedBy(query)
  const pick = new Function(
    'groups',
    `return { ${wanted
      .map((name) => {
        const text = `groups.${name.toLowerCase()}`
        return `${name}: ${name === 'TS' || name === 'BYTES' ? `Number(${text})` : text}`
      })
      .join()} }`,
  ) as (groups: Readonly<Record<string, string>>) => Event
  return {
    decode: (bytes, start, end) => pick(regex.exec(bytes.toString('utf8', start, end))!.groups!),
    encode: JSON_BY_HAND.encode,
  }
}

/** csv-parse reads files; for one record after the other it is given one at a time. */
function csvByHand(query: Query): ByHand<Event> {
  const wanted = wantedBy(query).map((name) => ({ name, field: ALL.indexOf(name) }))
  return {
    decode(bytes, start, end) {
      const [fields] = parseCsv(bytes.subarray(start, end)) as string[][]
      return Object.fromEntries(
        wanted.map(({ name, field }) => [
          name,
          name === 'TS' || name === 'BYTES' ? Number(fields![field]) : fields![field],
        ]),
      )
    },
    encode: JSON_BY_HAND.encode,
  }
}

const csvOf = (event: Event): string => ALL.map((name) => String(event[name])).join()

const LIBRARIES: readonly Library[] = [
  {
    format: FORMATS.REGEX,
    spec: { line: patternOfRegex(LINE_REGEX) },
    outputFormat: json,
    payloadOf: lineOf,
    makeByHand: lineByHand,
  },
  {
    format: FORMATS.GROK,
    spec: { line: patternOfGrok(LINE_GROK) },
    outputFormat: json,
    payloadOf: lineOf,
    makeByHand: lineByHand,
  },
  {
    format: FORMATS.CSV,
    spec: { header: ALL, delimiter: ',' },
    outputFormat: json,
    payloadOf: csvOf,
    makeByHand: csvByHand,
  },
  { format: json, makeByHand: () => JSON_BY_HAND },
  { format: avro, makeByHand: avroByHand },
  { format: protobuf, makeByHand: protobufByHand },
]

/** The literal as a programmer writes it, so that its properties are as fast as they can be. */
const projection = (names: readonly string[]): ((event: Event) => Event) =>
  new Function('event', `return { ${names.map((name) => `${name}: event.${name}`).join()} }`) as (event: Event) => Event

function workOf({ format, spec, outputFormat, payloadOf, makeByHand }: Library, query: Query): Work {
  const wanted = wantedBy(query)
  const { where } = query
  const all: Query = { name: '', output: ALL, where: null }
  const job: FormatJob<Event> = {
    format,
    ...(spec !== undefined && { spec }),
    ...(outputFormat !== undefined && { outputFormat }),
    payloads:
      payloadOf === undefined
        ? payloadsBy(format, makeByHand(all))
        : events.map((event) => Buffer.from(payloadOf(event))),
    columns: USER_COLUMNS,
    wanted,
    output: columnsOf(query.output),
    schemas:
      format.schemas === null
        ? null
        : { input: schemaOf(format, USER_COLUMNS, 1), output: schemaOf(format, columnsOf(query.output), 2) },
    where,
    byHand: {
      ...makeByHand(query),
      passes: where === null ? null : conditionOn(where),
      project: query.output.length === USER_COLUMNS.length ? null : projection(query.output),
    },
  }
  return formatWork(job)
}

function conditionOn({ column, holds }: NonNullable<Query['where']>): (event: Event) => boolean {
  const read = new Function('event', `return event.${column}`) as (event: Event) => unknown
  return (event) => holds(read(event))
}

/** The records as the library writes them, under the schema 1. */
function payloadsBy(format: Format, { encode }: ByHand<Event>): Buffer[] {
  const buffer = Buffer.alloc(1 << 16)
  return events.map((event) => {
    const payload = Buffer.from(buffer.subarray(0, encode(event, buffer, 0)))
    if (format.schemas !== null) payload.writeUInt32BE(1, 1)
    return payload
  })
}

compareSideBySide(
  import.meta.filename,
  new Map(
    LIBRARIES.flatMap((library) =>
      QUERIES.map((query) => [`${library.format.name} ${query.name}`, () => workOf(library, query)] as const),
    ),
  ),
)
