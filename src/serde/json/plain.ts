/**
 * Values in the form in which JSON.stringify, the fastest writer there is, writes them as the dialect does. Not all values have one: a
 * DECIMAL keeps its zeros, a DOUBLE has Java's form (`1.0`), a BIGINT can be beyond 2^53. Source is generated that tests and converts a
 * whole row in one pass; names of fields are in it only as JSON strings.
 */
import { encodeBase64 } from '../../types/base64.ts'
import type { MapType, SqlType, StructField } from '../../types/sql-type.ts'
import { generatedFunction } from '../generated-function.ts'

/** How values of a type, NULL apart, get into the form. */
export interface PlainForm {
  /** Source of whether the value of a variable is written rightly; null: every one is, or the conversion finds out. */
  readonly test: ((variable: string) => string) | null
  /** Name of the function that converts a value; null: the value stays as it is. */
  readonly convert: string | null
  /** Every value of the type has the form; else `convert` gives undefined for those that have not. */
  readonly always: boolean
}

const AS_IT_IS: PlainForm = { test: null, convert: null, always: true }
const BIGINT_FORM: PlainForm = { test: (value) => `typeof ${value} !== 'bigint'`, convert: null, always: false }
/** With a fraction, and not so large or small that Java writes an exponent. */
const DOUBLE_FORM: PlainForm = {
  test: (value) =>
    `(${value} >= 1e-3 && ${value} < 1e7 || ${value} <= -1e-3 && ${value} > -1e7) && ${value} !== Math.trunc(${value})`,
  convert: null,
  always: false,
}

/** A member of an object: its name and where its value is, as source. */
export interface PlainMember {
  readonly name: string
  readonly value: string
  readonly form: PlainForm
}

/** In an object literal these names would change its prototype or the order of its members. */
export const isLiteralName = (name: string): boolean => name !== PROTOTYPE && !/^\d+$/.test(name)

const PROTOTYPE = '__proto__'

/** Source that is being generated: functions that convert values of nested types, called by each other and by what is made at last. */
export class PlainSource {
  readonly #functions: string[] = []

  /** Null for a type none of whose values is written rightly. */
  formOf(type: SqlType): PlainForm | null {
    switch (type.kind) {
      case 'DECIMAL':
        return null
      case 'DOUBLE':
        return DOUBLE_FORM
      case 'BIGINT':
        return BIGINT_FORM
      case 'BYTES':
        return { test: null, convert: 'encodeBase64', always: true }
      case 'ARRAY':
        return this.#arrayForm(this.formOf(type.element))
      case 'MAP':
        return this.#mapForm(type)
      case 'STRUCT':
        return this.#structForm(type.fields)
      default:
        return AS_IT_IS
    }
  }

  /** Statements and an object literal, from which an object with these members is made; they return undefined if it has not the form. */
  objectOf(members: readonly PlainMember[]): { readonly statements: string; readonly literal: string } {
    const isPlain = ({ form }: PlainMember) => form.test === null && form.convert === null
    return {
      statements: members
        .flatMap((member, i) =>
          isPlain(member) ? [] : [`let value${i} = ${member.value}`, plainSource(member.form, `value${i}`)],
        )
        .join('\n'),
      literal: `{ ${members.map((member, i) => `${JSON.stringify(member.name)}: ${isPlain(member) ? member.value : `value${i}`}`).join(', ')} }`,
    }
  }

  /** The function of `value` with this body, which may call `stringify`. */
  function<T>(body: string): T {
    const source = `${this.#functions.join('\n')}\nreturn function writePlain(value) { ${body} }`
    return generatedFunction(['stringify', 'encodeBase64'], source, [JSON.stringify, encodeBase64]) as T
  }

  #define(body: string): string {
    const name = `convert${this.#functions.length}`
    this.#functions.push(`function ${name}(value) { ${body} }`)
    return name
  }

  #arrayForm(element: PlainForm | null): PlainForm | null {
    if (element === null || element === AS_IT_IS) return element
    const keeps = element.convert === null
    const convert = this.#define(`
      ${keeps ? '' : 'const plain = new Array(value.length)'}
      for (let i = 0; i < value.length; i++) {
        let each = value[i]
        ${plainSource(element, 'each')}
        ${keeps ? '' : 'plain[i] = each'}
      }
      return ${keeps ? 'value' : 'plain'}`)
    return { test: null, convert, always: element.always }
  }

  /** A NULL key is written as the text "null", which is not done here. */
  #mapForm({ value }: MapType): PlainForm | null {
    const item = this.formOf(value)
    if (item === null) return null
    const convert = this.#define(`
      const plain = {}
      for (let [key, each] of value) {
        if (key === null || key === ${JSON.stringify(PROTOTYPE)}) return undefined
        ${plainSource(item, 'each')}
        plain[key] = each
      }
      return plain`)
    return { test: null, convert, always: false }
  }

  #structForm(fields: readonly StructField[]): PlainForm | null {
    const members: PlainMember[] = []
    for (const { name, type } of fields) {
      const form = this.formOf(type)
      if (form === null || !isLiteralName(name)) return null
      members.push({ name, value: `value[${members.length}]`, form })
    }
    const { statements, literal } = this.objectOf(members)
    const convert = this.#define(`${statements}\nreturn ${literal}`)
    return { test: null, convert, always: members.every(({ form }) => form.always) }
  }
}

/** Statement that leaves the converted value in the variable, or returns undefined. */
function plainSource({ test, convert }: PlainForm, variable: string): string {
  if (test !== null) return `if (${variable} !== null && !(${test(variable)})) return undefined`
  if (convert === null) return ''
  return `if (${variable} !== null && (${variable} = ${convert}(${variable})) === undefined) return undefined`
}
