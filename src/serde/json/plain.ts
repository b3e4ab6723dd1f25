/**
 * Values in the form in which JSON.stringify, the fastest writer there is, writes them as the dialect does. Not all values have one: a
 * DECIMAL keeps its zeros, a DOUBLE has Java's form (`1.0`), a BIGINT can be beyond 2^53.
 */
import { encodeBase64 } from '../../types/base64.ts'
import type { SqlType, StructField } from '../../types/sql-type.ts'
import type { Value } from '../../types/value.ts'
import { generatedFunction } from '../generated-function.ts'

export interface PlainForm {
  /** Whether JSON.stringify writes this value (or NULL) rightly; null: it always does. */
  readonly accepts: ((value: Value) => boolean) | null
  /** What to give to JSON.stringify; null: the value as it is. */
  readonly convert: ((value: Value) => unknown) | null
}

const AS_IT_IS: PlainForm = { accepts: null, convert: null }

/** Null for a type none of whose values is written rightly. */
export function plainForm(type: SqlType): PlainForm | null {
  switch (type.kind) {
    case 'DECIMAL':
      return null
    case 'DOUBLE':
      return { accepts: isPlainDouble as PlainForm['accepts'], convert: null }
    case 'BIGINT':
      return { accepts: (value) => typeof value !== 'bigint', convert: null }
    case 'BYTES':
      return { accepts: null, convert: unlessNull((value) => encodeBase64(value as Uint8Array)) }
    case 'ARRAY':
      return plainArray(plainForm(type.element))
    case 'MAP':
      return plainMap(plainForm(type.value))
    case 'STRUCT':
      return plainStruct(type.fields)
    default:
      return AS_IT_IS
  }
}

/** NULL, or with a fraction and not so large or small that Java writes an exponent. */
export function isPlainDouble(value: number | null): boolean {
  if (value === null) return true
  const size = Math.abs(value)
  return size >= 1e-3 && size < 1e7 && !Number.isInteger(value)
}

const unlessNull =
  <T>(convert: (value: NonNullable<Value>) => T) =>
  (value: Value): T | null =>
    value === null ? null : convert(value)

function plainArray(element: PlainForm | null): PlainForm | null {
  if (element === null) return null
  const { accepts, convert } = element
  return {
    accepts: accepts && ((value) => value === null || (value as readonly Value[]).every(accepts)),
    convert: convert && unlessNull((value) => (value as readonly Value[]).map(convert)),
  }
}

function plainMap(item: PlainForm | null): PlainForm | null {
  if (item === null) return null
  const { accepts, convert } = item
  const member = (value: Value) => (convert === null ? value : convert(value))
  return {
    accepts(value) {
      if (value === null) return true
      for (const [key, each] of value as ReadonlyMap<Value, Value>) {
        if (key === null || (accepts !== null && !accepts(each))) return false
      }
      return true
    },
    convert: unlessNull((value) => {
      const members: Record<string, unknown> = {}
      for (const [key, each] of value as ReadonlyMap<string, Value>) {
        if (key === PROTOTYPE) Object.defineProperty(members, key, { value: member(each), enumerable: true })
        else members[key] = member(each)
      }
      return members
    }),
  }
}

const PROTOTYPE = '__proto__'

/** In an object literal these names would change its prototype or the order of its members. */
export const isLiteralName = (name: string): boolean => name !== PROTOTYPE && !/^\d+$/.test(name)

export function plainStruct(fields: readonly StructField[]): PlainForm | null {
  const forms = fields.map(({ type }) => plainForm(type))
  if (forms.includes(null) || !fields.every(({ name }) => isLiteralName(name))) return null
  const members = fields.map(({ name }, i) => literalMember(name, `value[${i}]`, forms[i]!, i))
  const conditions = forms.flatMap((form, i) => (form!.accepts === null ? [] : `accepts${i}(value[${i}])`))
  return {
    accepts:
      conditions.length === 0
        ? null
        : (generate(forms, `value === null || (${conditions.join(' && ')})`) as PlainForm['accepts']),
    convert: generate(forms, `value === null ? null : { ${members.join(', ')} }`) as PlainForm['convert'],
  }
}

/** Source of a member of an object literal, for source made by `generate`. */
export const literalMember = (name: string, source: string, { convert }: PlainForm, i: number): string =>
  `${JSON.stringify(name)}: ${convert === null ? source : `convert${i}(${source})`}`

/**
 * A function of `value` that gives what `source` says, which may call `acceptsN` and `convertN` of the Nth form, and `stringify`.
 * Names of fields are in the source only as JSON strings.
 */
export function generate(forms: readonly (PlainForm | null)[], source: string): unknown {
  const known = new Map<string, unknown>([['stringify', JSON.stringify]])
  forms.forEach((form, i) => {
    known.set(`accepts${i}`, form?.accepts)
    known.set(`convert${i}`, form?.convert)
  })
  return generatedFunction([...known.keys()], `return (value) => ${source}`, [...known.values()])
}
