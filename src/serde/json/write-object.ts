/**
 * Rows as JSON objects, appended to the output. In the usual case the whole object is one JSON.stringify of an object literal in generated
 * source. Where a value is not written rightly by it (see plain.ts) the object is written member by member; joining strings there would
 * cost more than writing them, because a joined string must be copied together before it can be written.
 */
import type { SqlType, StructField } from '../../types/sql-type.ts'
import type { Row, Value } from '../../types/value.ts'
import type { ByteSink } from '../format.ts'
import { NULL_BYTES, writeByte, writeBytes, writeUtf8 } from '../text.ts'
import { jsonText } from './encode.ts'
import { isLiteralName, PlainSource } from './plain.ts'
import { CLOSE_BRACE, COMMA, OPEN_BRACE } from './syntax.ts'
import { writeDouble, writeInteger } from './write-number.ts'

export type WriteObject = (row: Row, out: ByteSink) => void

/** V8 makes objects with more members than 128 by a slow way, so long ones are written in groups. */
const MEMBERS_PER_LITERAL = 120

interface Member extends StructField {
  /** Index into the row. */
  readonly place: number
}

/** Writes the columns at `sources` of a row as an object with all `fields` in their order. */
export function objectWriter(fields: readonly StructField[], sources: readonly number[]): WriteObject {
  const members = fields.map(({ name, type }, i): Member => ({ name, type, place: sources[i]! }))
  if (members.length > MEMBERS_PER_LITERAL) return groupsWriter(members)
  const usual = plainText(members, '')
  const writeParts = inBraces(partsWriter(members))
  return usual === null ? writeParts : orElse(usual, writeParts)
}

function groupsWriter(members: readonly Member[]): WriteObject {
  const groups: WriteObject[] = []
  for (let from = 0; from < members.length; from += MEMBERS_PER_LITERAL) {
    const group = members.slice(from, from + MEMBERS_PER_LITERAL)
    const usual = plainText(group, WITHOUT_BRACES)
    const writeParts = partsWriter(group)
    groups.push(usual === null ? writeParts : orElse(usual, writeParts))
  }
  return inBraces((row, out) => {
    for (let i = 0; i < groups.length; i++) {
      if (i > 0) writeByte(COMMA, out)
      groups[i]!(row, out)
    }
  })
}

const inBraces =
  (write: WriteObject): WriteObject =>
  (row, out) => {
    writeByte(OPEN_BRACE, out)
    write(row, out)
    writeByte(CLOSE_BRACE, out)
  }

/** Writes the text of a row, and rows that have none by `writeParts`. */
const orElse =
  (textOf: RowText, writeParts: WriteObject): WriteObject =>
  (row, out) => {
    const text = textOf(row)
    if (text === undefined) writeParts(row, out)
    else writeUtf8(text, out)
  }

/** Undefined for a row that has a value which JSON.stringify does not write as the dialect does. */
type RowText = (row: Row) => string | undefined

const WITHOUT_BRACES = '.slice(1, -1)'

/** All members by one JSON.stringify, whose result is cut as `cut` says. Null if that is of no use for any row. */
function plainText(members: readonly Member[], cut: string): RowText | null {
  const source = new PlainSource()
  const plain = members.map(({ name, type, place }) => {
    const form = isLiteralName(name) ? source.formOf(type) : null
    return form === null ? null : { name, value: `value[${place}]`, form }
  })
  if (!plain.every((member) => member !== null)) return null
  const { statements, literal } = source.objectOf(plain)
  return source.function(`${statements}\nreturn stringify(${literal})${cut}`)
}

/** A part of the object: a name with its value, or several that are written by one call. */
interface Part {
  /** A comma if another part is before it, and for a single member its name. */
  readonly prefix: Buffer
  write(row: Row, out: ByteSink): void
}

function partsWriter(members: readonly Member[]): WriteObject {
  const parts: Part[] = []
  let run: Member[] = []
  const comma = () => (parts.length === 0 ? '' : ',')
  const endRun = () => {
    if (run.length > 0) parts.push(runPart(comma(), run))
    run = []
  }
  for (const member of members) {
    if (isAlwaysPlain(member) && !INTEGERS.has(member.type.kind)) run.push(member)
    else {
      endRun()
      parts.push(memberPart(comma(), member))
    }
  }
  endRun()
  return (row, out) => {
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i]!
      writeBytes(part.prefix, out)
      part.write(row, out)
    }
  }
}

const isAlwaysPlain = ({ name, type }: Member): boolean =>
  isLiteralName(name) && (new PlainSource().formOf(type)?.always ?? false)

function runPart(comma: string, run: readonly Member[]): Part {
  const text = plainText(run, WITHOUT_BRACES) as (row: Row) => string
  return { prefix: Buffer.from(comma), write: (row, out) => writeUtf8(text(row), out) }
}

function memberPart(comma: string, { name, type, place }: Member): Part {
  const write = valueWriter(type)
  return {
    prefix: Buffer.from(`${comma}${JSON.stringify(name)}:`),
    write: (row, out) => write(row[place]!, out),
  }
}

type WriteValue = (value: Value, out: ByteSink) => void

const INTEGERS: ReadonlySet<SqlType['kind']> = new Set(['INTEGER', 'BIGINT', 'DATE', 'TIME', 'TIMESTAMP'] as const)

export function valueWriter(type: SqlType): WriteValue {
  if (type.kind === 'DOUBLE') return unlessNull((value, out) => writeDouble(value as number, out))
  if (INTEGERS.has(type.kind)) return unlessNull((value, out) => writeInteger(value as number | bigint, out))
  const text = jsonText(type)
  return (value, out) => writeUtf8(text(value), out)
}

const unlessNull =
  (write: WriteValue): WriteValue =>
  (value, out) => {
    if (value === null) writeBytes(NULL_BYTES, out)
    else write(value, out)
  }
