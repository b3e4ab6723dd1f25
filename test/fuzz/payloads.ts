/** Payloads of each format: damaged ones, and bytes that never were one. A reader answers with a row, nothing or an error, never with a throw. */
import fc from 'fast-check'
import type { Format } from '../../src/serde/format.ts'
import { FORMATS } from '../../src/serde/index.ts'
import type { Column } from '../../src/types/schema.ts'
import { ALL_KINDS, type Limits, PRIMITIVES, type Sample, schemaAndRows } from '../contract/format-samples.ts'
import { payloadReader, rowWriter } from '../unit/serde/serde.ts'
import { type FuzzTarget, fuzzTarget } from './target.ts'

/** Names that schema languages take. */
const IDENTIFIERS = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,10}$/)
/** Names of Avro records within each other are joined by underscores, and must not meet. */
const NAMES_OF_AVRO = fc.stringMatching(/^[A-Z][A-Z0-9]{0,10}$/)
const KAFKA_KINDS = ['INTEGER', 'BIGINT', 'DOUBLE', 'STRING', 'BYTES'] as const

/** Puts `insert` in the place of some bytes. */
interface Damage {
  readonly at: number
  readonly remove: number
  readonly insert: Uint8Array
}

const JSON_PARTS = [
  '"',
  '\\',
  '\\u',
  '\\ud800',
  '{',
  '}',
  '[',
  ']',
  ':',
  ',',
  'null',
  '-',
  '1e',
  '1e999999999',
  '.',
  '\n',
  ' ',
  '""',
]

/** Deep or long enough to exhaust a stack. */
const big = fc
  .tuple(fc.constantFrom('[', '{"a":', '"', '\\', '9', '0', ' ', ',', '\ud83d\ude00'), fc.nat({ max: 5000 }))
  .map(([part, count]) => part.repeat(count))

const inserted = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom(...JSON_PARTS).map(utf8) },
  { weight: 20, arbitrary: fc.uint8Array({ maxLength: 4 }) },
  { weight: 1, arbitrary: big.map(utf8) },
)

const damage: fc.Arbitrary<Damage> = fc.record({ at: fc.nat(), remove: fc.nat({ max: 8 }), insert: inserted })

function utf8(text: string): Uint8Array {
  return Buffer.from(text)
}

function damaged(payload: Uint8Array, changes: readonly Damage[]): Uint8Array {
  return changes.reduce((bytes, { at, remove, insert }) => {
    const start = at % (bytes.length + 1)
    return Buffer.concat([bytes.subarray(0, start), insert, bytes.subarray(start + remove)])
  }, payload)
}

interface Input {
  readonly sample: Sample
  readonly changes: readonly Damage[]
  readonly other: Uint8Array
}

function readAll(format: Format, { sample: { columns, rows }, changes, other }: Input): void {
  const unwrapped = columns.length === 1 && format.wrapping === 'never'
  const setup = { format, columns, unwrapped, first: columns.slice(1).map(({ name }) => name) }
  const read = payloadReader(setup)
  const write = rowWriter(setup)
  for (const row of rows) {
    const payload = write(row)
    if (payload !== null) expectAnswer(read(damaged(payload, changes)), columns)
  }
  expectAnswer(read(other), columns)
}

function expectAnswer(result: ReturnType<ReturnType<typeof payloadReader>>, columns: readonly Column[]): void {
  if (result === null) return
  const isAnswer = Array.isArray(result)
    ? result.length === columns.length
    : 'message' in result && result.message !== ''
  if (!isAnswer) throw new Error(`neither a row nor an error with a message: ${JSON.stringify(result)}`)
}

const payloads = (format: Format, limits: Limits): FuzzTarget =>
  fuzzTarget(
    `${format.name} payloads`,
    fc.record({
      sample: schemaAndRows(limits),
      changes: fc.array(damage, { minLength: 1, maxLength: 3 }),
      other: fc.oneof(fc.uint8Array({ maxLength: 40 }), inserted),
    }),
    (input) => readAll(format, input),
  )

export const payloadTargets: readonly FuzzTarget[] = [
  payloads(FORMATS.JSON, { kinds: ALL_KINDS, maxColumns: 5 }),
  payloads(FORMATS.DELIMITED, { kinds: PRIMITIVES, maxColumns: 5 }),
  payloads(FORMATS.CSV, { kinds: PRIMITIVES, maxColumns: 5 }),
  payloads(FORMATS.LINE, { kinds: ['STRING'], maxColumns: 1 }),
  payloads(FORMATS.KAFKA, { kinds: KAFKA_KINDS, maxColumns: 1 }),
  payloads(FORMATS.AVRO, { kinds: ALL_KINDS, maxColumns: 5, names: NAMES_OF_AVRO }),
  payloads(FORMATS.PROTOBUF, { kinds: ALL_KINDS, maxColumns: 5, names: IDENTIFIERS, nestsLists: false }),
  payloads(FORMATS.PROTOBUF_NOSR, { kinds: ALL_KINDS, maxColumns: 5, names: IDENTIFIERS, nestsLists: false }),
]
