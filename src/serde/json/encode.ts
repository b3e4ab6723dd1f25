/**
 * Values as JSON text by SQL type. NULL is `null`. Source: formats.md section 2.
 *
 * An object's text is made of as few calls of JSON.stringify as possible, on object literals in generated source (a literal's shape is
 * known, which is what makes the call fast), joined with the texts of those values that JSON.stringify would not write rightly.
 */
import { encodeBase64 } from '../../types/base64.ts'
import { doubleToJson } from '../../types/json-text.ts'
import type { MapType, SqlType, StructField } from '../../types/sql-type.ts'
import type { Value } from '../../types/value.ts'
import { generate, isLiteralName, isPlainDouble, literalMember, type PlainForm, plainForm } from './plain.ts'

/** From a value, NULL included, to its JSON text. Throws an Error where there is none. */
export type JsonText = (value: Value) => string

export function jsonText(type: SqlType): JsonText {
  const text = nonNullText(type)
  return (value) => (value === null ? 'null' : text(value))
}

function nonNullText(type: SqlType): JsonText {
  switch (type.kind) {
    case 'DOUBLE':
      return (value) => doubleText(value as number)
    case 'BIGINT':
    case 'DECIMAL':
      return String
    case 'BYTES':
      return (value) => `"${encodeBase64(value as Uint8Array)}"`
    case 'ARRAY': {
      const element = jsonText(type.element)
      return (value) => `[${(value as readonly Value[]).map(element).join(',')}]`
    }
    case 'MAP':
      return mapText(type)
    case 'STRUCT':
      return objectText(type.fields)
    default:
      return JSON.stringify
  }
}

/** As doubleToJson; the usual sizes take the engine's shortest ways to a number's text. */
function doubleText(value: number): string {
  if (isPlainDouble(value)) return `${value}`
  return value !== 0 && (value | 0) === value && value < 1e7 && value > -1e7 ? `${value | 0}.0` : doubleToJson(value)
}

function mapText(type: MapType): JsonText {
  const item = jsonText(type.value)
  return (value) => {
    const members = Array.from(value as ReadonlyMap<Value, Value>, ([key, member]) => {
      if (key === null) throw new Error('Null key for a Map not allowed in JSON')
      return `${JSON.stringify(key)}:${item(member)}`
    })
    return `{${members.join(',')}}`
  }
}

/** V8 makes objects with more members than 128 by a slow way, so long ones are written in parts. */
const MEMBERS_PER_LITERAL = 64

interface Member {
  readonly name: string
  /** Index into the row. */
  readonly place: number
  /** Null if it must be written by its own text. */
  readonly plain: PlainForm | null
}

/** The text of an object with all `fields` in their order; the row has theirs at `sources` (default: in the same order). */
export function objectText(fields: readonly StructField[], sources?: readonly number[]): JsonText {
  const members = fields.map(({ name, type }, i): Member => {
    const plain = isLiteralName(name) ? plainForm(type) : null
    return { name, place: sources?.[i] ?? i, plain }
  })
  const conditions = members.flatMap(({ place, plain }, i) =>
    plain === null || plain.accepts === null ? [] : `accepts${i}(value[${place}])`,
  )
  const usual = objectSource(members, ({ plain }) => plain !== null)
  const exact = objectSource(members, ({ plain }) => plain !== null && plain.accepts === null)
  return generate(
    members.map(({ plain }) => plain),
    conditions.length === 0 ? exact : `${conditions.join(' && ')} ? ${usual} : ${exact}`,
    fields.map(({ type }) => jsonText(type)),
  ) as JsonText
}

/** Source of the object's text; members for which `inLiteral` says so are written by JSON.stringify, side by side in one call. */
function objectSource(members: readonly Member[], inLiteral: (member: Member) => boolean): string {
  const parts: string[] = []
  let literal: string[] = []
  const flush = () => {
    if (literal.length > 0) parts.push(`stringify({ ${literal.join(', ')} }).slice(1, -1)`)
    literal = []
  }
  members.forEach((member, i) => {
    const { name, place, plain } = member
    if (inLiteral(member)) {
      literal.push(literalMember(name, `value[${place}]`, plain!, i))
      if (literal.length === MEMBERS_PER_LITERAL) flush()
      return
    }
    flush()
    parts.push(`${JSON.stringify(`${JSON.stringify(name)}:`)} + text${i}(value[${place}])`)
  })
  if (literal.length === members.length) return `stringify({ ${literal.join(', ')} })`
  flush()
  return `"{" + ${parts.join(' + "," + ')} + "}"`
}
