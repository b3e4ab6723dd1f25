/**
 * The state of generating one function: its constants, its local variables, and text for values. Text never holds anything the user wrote:
 * columns and lambda parameters go by number, literals through JSON.stringify, and the rest as constants.
 */
import type { Value } from '../../types/value.ts'
import type { CompileOptions } from '../compile/compiler.ts'
import type { Expression } from '../expression.ts'

/** A JavaScript expression. `nullable`: its value may be NULL. */
export interface Code {
  readonly text: string
  readonly nullable: boolean
  /** Cheap and without effect: may stand anywhere, more than once. */
  readonly simple?: boolean
}

export const present = (text: string): Code => ({ text, nullable: false })
export const maybe = (text: string): Code => ({ text, nullable: true })

/** Everything that the functions of one compilation share. */
export class Source {
  readonly context: CompileOptions
  readonly constants: unknown[] = []
  /** Texts of helper functions: they come before the main one. */
  readonly functions: string[] = []
  readonly #names = new Map<unknown, string>()

  constructor(context: CompileOptions) {
    this.context = context
  }

  /** A name for a value that exists while compiling: a function, a Decimal, a bigint. */
  constant(value: unknown): string {
    const known = this.#names.get(value)
    if (known !== undefined) return known
    const name = `k${this.constants.push(value) - 1}`
    this.#names.set(value, name)
    return name
  }

  /** A helper function of `parameters`; `body` is its statements. The answer is its name. */
  helper(parameters: string, body: string): string {
    const name = `f${this.functions.length}`
    this.functions.push(`const ${name} = (${parameters}) => {${body}}`)
    return name
  }
}

/** One function being generated: where temporary variables are declared, and which lambda parameters are in reach. */
export interface FunctionScope {
  readonly source: Source
  /** Names of lambda parameters around this place. */
  readonly variables: readonly string[]
  /** Declares a variable of this function. */
  readonly temporary: () => string
  /** `tail`: the value becomes the function's own, NULL included, so that a failure may be told there instead of thrown. */
  readonly emit: (expression: Expression, tail?: boolean) => Code
  /** The value of a constant; null for any other expression. */
  readonly folded: (expression: Expression) => Code | null
  /** Text that raises an error, or, in tail position of a function with a report, tells it and is NULL. */
  readonly fail: (error: () => never, tail: boolean) => string
  /** Statements of a function whose value is `expression`. `report`: text of a function of an error, whose value is then the answer. */
  readonly body: (expression: Expression, variables: readonly string[], report?: string) => string
}

export function valueText(value: Value, source: Source): string {
  switch (typeof value) {
    case 'number':
      return Object.is(value, -0) || value < 0 ? `(${Object.is(value, -0) ? '-0' : value})` : String(value)
    case 'string':
    case 'boolean':
      return JSON.stringify(value)
    default:
      return value === null ? 'null' : source.constant(value)
  }
}

/** An operand that is evaluated once. `test` is a condition: it evaluates the operand and is true unless that is NULL; '' for always. */
export interface Operand {
  readonly test: string
  readonly name: string
}

/** `last`: nothing is evaluated between this operand and its use, so that it may stand where it is used. */
export function operand(code: Code, { temporary }: FunctionScope, last = false): Operand {
  if (!code.nullable && (code.simple || last)) return { test: '', name: code.text }
  const name = temporary()
  return { test: code.nullable ? `(${name} = ${code.text}) !== null` : `(${name} = ${code.text}, true)`, name }
}

/** All of the conditions, in order. */
export const allOf = (...tests: readonly string[]): string => tests.filter((test) => test !== '').join(' && ')

/** `value` if the condition holds, else `otherwise`. */
export const choose = (test: string, value: string, otherwise: string): string =>
  test === '' ? `(${value})` : `(${test} ? ${value} : ${otherwise})`
