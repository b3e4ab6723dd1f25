/**
 * Values as JSON text by SQL type. NULL is `null`. Source: formats.md section 2.
 *
 * JSON.stringify is the fastest writer there is for what it writes as the dialect does: strings, booleans, integers, lists of them.
 * So an object's text is made of as few calls of it as possible, on object literals in generated source (a literal's shape is known, which
 * is what makes the call fast), joined with the texts of the values that JavaScript would write otherwise: DECIMAL with its zeros, DOUBLE
 * in Java's form, BIGINT beyond 2^53, BYTES, MAP, STRUCT.
 */
import { encodeBase64 } from '../../types/base64.ts'
import { doubleToJson } from '../../types/json-text.ts'
import type { ArrayType, MapType, SqlType, StructField } from '../../types/sql-type.ts'
import type { Value } from '../../types/value.ts'

/** From a value, NULL included, to its JSON text. Throws an Error where there is none. */
export type JsonText = (value: Value) => string

export function jsonText(type: SqlType): JsonText {
  const text = nonNullText(type)
  return (value) => (value === null ? 'null' : text(value))
}

function nonNullText(type: SqlType): JsonText {
  switch (type.kind) {
    case 'DOUBLE':
      return (value) => doubleToJson(value as number)
    case 'BIGINT':
    case 'DECIMAL':
      return String
    case 'BYTES':
      return (value) => `"${encodeBase64(value as Uint8Array)}"`
    case 'ARRAY':
      return arrayText(type)
    case 'MAP':
      return mapText(type)
    case 'STRUCT':
      return objectText(type.fields)
    default:
      return JSON.stringify
  }
}

function arrayText(type: ArrayType): JsonText {
  if (formOf(type.element) === 'plain') return JSON.stringify
  const element = jsonText(type.element)
  return (value) => `[${(value as readonly Value[]).map(element).join(',')}]`
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

/** How JSON.stringify writes a type: as it should, depending on the value, or not as it should. */
type Form = 'plain' | 'double' | 'bigint' | 'other'

function formOf(type: SqlType): Form {
  switch (type.kind) {
    case 'DOUBLE':
      return 'double'
    case 'BIGINT':
      return 'bigint'
    case 'ARRAY':
      return formOf(type.element) === 'plain' ? 'plain' : 'other'
    case 'DECIMAL':
    case 'BYTES':
    case 'MAP':
    case 'STRUCT':
      return 'other'
    default:
      return 'plain'
  }
}

/** Objects with more members than this are slow in V8 when made by a literal: longer ones are written in parts. */
const MEMBERS_PER_LITERAL = 32

interface Member {
  /** The name as JSON, which is also its source text. */
  readonly name: string
  /** Index into the row. */
  readonly place: number
  readonly form: Form
  readonly text: JsonText
}

/**
 * The text of an object with all `fields` in their order; the row has theirs at `sources` (default: in the same order). The generated
 * source contains field names only as JSON strings.
 */
export function objectText(fields: readonly StructField[], sources?: readonly number[]): JsonText {
  const members = fields.map(
    ({ name, type }, i): Member => ({
      name: JSON.stringify(name),
      place: sources?.[i] ?? i,
      // In an object literal these names would change its prototype or the order of its members.
      form: name === '__proto__' || /^\d+$/.test(name) ? 'other' : formOf(type),
      text: jsonText(type),
    }),
  )
  const conditions = members.flatMap(({ form, place }) =>
    form === 'double' ? `isPlain(row[${place}])` : form === 'bigint' ? `typeof row[${place}] !== 'bigint'` : [],
  )
  const usual = objectSource(members, ({ form }) => form !== 'other')
  const exact = objectSource(members, ({ form }) => form === 'plain')
  const source = conditions.length === 0 ? `return ${exact}` : `return ${conditions.join(' && ')} ? ${usual} : ${exact}`
  const make = new Function('stringify', 'isPlain', 'texts', `return (row) => { ${source} }`)
  return make(
    JSON.stringify,
    isPlainDouble,
    members.map(({ text }) => text),
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
    const { name, place } = member
    if (inLiteral(member)) {
      literal.push(`${name}: row[${place}]`)
      if (literal.length === MEMBERS_PER_LITERAL) flush()
      return
    }
    flush()
    parts.push(`${JSON.stringify(`${name}:`)} + texts[${i}](row[${place}])`)
  })
  if (literal.length === members.length) return `stringify({ ${literal.join(', ')} })`
  flush()
  return `"{" + ${parts.join(' + "," + ')} + "}"`
}

/** Whether JSON.stringify writes the double, or NULL, as Java does: with a fraction, and not so large or small that Java uses an exponent. */
function isPlainDouble(value: number | null): boolean {
  if (value === null) return true
  const size = Math.abs(value)
  return size >= 1e-3 && size < 1e7 && !Number.isInteger(value)
}
