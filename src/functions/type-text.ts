/** Reads and prints the type texts of function declarations; declaration.ts describes them. */
import { decimal, type SqlType, struct } from '../types/sql-type.ts'
import type { Parameter } from './declaration.ts'

type SimpleKind = Exclude<SqlType['kind'], 'DECIMAL' | 'ARRAY' | 'MAP' | 'STRUCT'>

export interface FieldPattern {
  readonly name: string
  readonly type: TypePattern
}

/** What a parameter takes, or a function gives. */
export type TypePattern =
  | { readonly kind: 'simple'; readonly type: { readonly kind: SimpleKind }; readonly refusesNull: boolean }
  /** `type` null: any precision and scale. */
  | { readonly kind: 'decimal'; readonly type: SqlType | null }
  | { readonly kind: 'generic'; readonly name: string }
  | { readonly kind: 'array'; readonly element: TypePattern }
  | { readonly kind: 'map'; readonly key: TypePattern; readonly value: TypePattern }
  | { readonly kind: 'struct'; readonly fields: readonly FieldPattern[] }
  | LambdaPattern
  | { readonly kind: 'intervalUnit' }
  | { readonly kind: 'any' }

export interface LambdaPattern {
  readonly kind: 'lambda'
  readonly parameters: readonly TypePattern[]
  readonly result: TypePattern
}

export interface ParameterPattern {
  readonly pattern: TypePattern
  readonly variadic: boolean
}

/** Types that generics stand for, by letter. */
export type Bindings = Map<string, SqlType>

const patterns = new Map<string, TypePattern>()

/** Throws an Error on text that is not a type: a mistake in a declaration. */
export function parseTypePattern(text: string): TypePattern {
  let pattern = patterns.get(text)
  if (pattern === undefined) {
    pattern = new Reader(text).whole()
    patterns.set(text, pattern)
  }
  return pattern
}

export function parseParameter({ type }: Parameter): ParameterPattern {
  const variadic = type.endsWith('...')
  return { pattern: parseTypePattern(variadic ? type.slice(0, -3) : type), variadic }
}

/** `pattern` as a type; null if a generic in it is not bound, or where no single type is meant. */
export function resolvePattern(pattern: TypePattern, bindings: Bindings): SqlType | null {
  switch (pattern.kind) {
    case 'simple':
    case 'decimal':
      return pattern.type
    case 'generic':
      return bindings.get(pattern.name) ?? null
    case 'array': {
      const element = resolvePattern(pattern.element, bindings)
      return element === null ? null : { kind: 'ARRAY', element }
    }
    case 'map': {
      const key = resolvePattern(pattern.key, bindings)
      const value = resolvePattern(pattern.value, bindings)
      return key === null || value === null ? null : { kind: 'MAP', key, value }
    }
    case 'struct':
      return resolveStruct(pattern.fields, bindings)
    default:
      return null
  }
}

function resolveStruct(fields: readonly FieldPattern[], bindings: Bindings): SqlType | null {
  const resolved: { name: string; type: SqlType }[] = []
  for (const { name, type } of fields) {
    const fieldType = resolvePattern(type, bindings)
    if (fieldType === null) return null
    resolved.push({ name, type: fieldType })
  }
  return struct(resolved)
}

export function hasGenerics(pattern: TypePattern): boolean {
  switch (pattern.kind) {
    case 'generic':
      return true
    case 'array':
      return hasGenerics(pattern.element)
    case 'map':
      return hasGenerics(pattern.key) || hasGenerics(pattern.value)
    case 'struct':
      return pattern.fields.some((field) => hasGenerics(field.type))
    case 'lambda':
      return pattern.parameters.some(hasGenerics) || hasGenerics(pattern.result)
    default:
      return false
  }
}

const PRINTED: Readonly<Partial<Record<SimpleKind, string>>> = { INTEGER: 'INT', STRING: 'VARCHAR' }

/** As signatures show it: `INT`, `VARCHAR`, `ARRAY<T>`, `LAMBDA`. */
export function formatPattern(pattern: TypePattern): string {
  switch (pattern.kind) {
    case 'simple':
      return PRINTED[pattern.type.kind] ?? pattern.type.kind
    case 'decimal':
      return 'DECIMAL'
    case 'generic':
      return pattern.name
    case 'array':
      return `ARRAY<${formatPattern(pattern.element)}>`
    case 'map':
      return `MAP<${formatPattern(pattern.key)}, ${formatPattern(pattern.value)}>`
    case 'struct':
      return `STRUCT<${pattern.fields.map(({ name, type }) => `${name} ${formatPattern(type)}`).join(', ')}>`
    case 'lambda':
      return 'LAMBDA'
    case 'intervalUnit':
      return 'INTERVALUNIT'
    case 'any':
      return 'ANY'
  }
}

/** `VARCHAR part`, or `VARCHAR... parts` for a variadic parameter. */
export function formatParameter(parameter: Parameter): string {
  const { pattern, variadic } = parseParameter(parameter)
  return `${formatPattern(pattern)}${variadic ? '...' : ''} ${parameter.name}`
}

const SIMPLE: ReadonlyMap<string, { kind: SimpleKind; refusesNull: boolean }> = new Map([
  ['STRING', { kind: 'STRING', refusesNull: false }],
  ['VARCHAR', { kind: 'STRING', refusesNull: false }],
  ['INT', { kind: 'INTEGER', refusesNull: false }],
  ['INTEGER', { kind: 'INTEGER', refusesNull: false }],
  ['BIGINT', { kind: 'BIGINT', refusesNull: false }],
  ['DOUBLE', { kind: 'DOUBLE', refusesNull: false }],
  ['BOOLEAN', { kind: 'BOOLEAN', refusesNull: false }],
  ['BYTES', { kind: 'BYTES', refusesNull: false }],
  ['DATE', { kind: 'DATE', refusesNull: false }],
  ['TIME', { kind: 'TIME', refusesNull: false }],
  ['TIMESTAMP', { kind: 'TIMESTAMP', refusesNull: false }],
  ['int', { kind: 'INTEGER', refusesNull: true }],
  ['long', { kind: 'BIGINT', refusesNull: true }],
  ['double', { kind: 'DOUBLE', refusesNull: true }],
  ['boolean', { kind: 'BOOLEAN', refusesNull: true }],
] as const)

const TOKEN = /\s*(=>|[A-Za-z_]\w*|\d+|`[^`]+`|[<>(),])/y

class Reader {
  readonly #text: string
  readonly #tokens: string[] = []
  #next = 0

  constructor(text: string) {
    this.#text = text
    TOKEN.lastIndex = 0
    for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) this.#tokens.push(match[1]!)
    if (this.#tokens.join('').length !== text.replaceAll(/\s/g, '').length) throw this.#invalid()
  }

  whole(): TypePattern {
    const pattern = this.#pattern()
    if (this.#next < this.#tokens.length) throw this.#invalid()
    return pattern
  }

  #pattern(): TypePattern {
    const word = this.#word()
    const simple = SIMPLE.get(word)
    if (simple !== undefined) return { kind: 'simple', type: { kind: simple.kind }, refusesNull: simple.refusesNull }
    switch (word) {
      case 'DECIMAL':
        return { kind: 'decimal', type: this.#decimal() }
      case 'ARRAY':
        return { kind: 'array', element: this.#enclosed('<', () => this.#pattern(), '>')[0]! }
      case 'MAP': {
        const [key, value] = this.#enclosed('<', () => this.#pattern(), '>')
        return { kind: 'map', key: key!, value: value! }
      }
      case 'STRUCT':
        return { kind: 'struct', fields: this.#enclosed('<', () => this.#field(), '>') }
      case 'LAMBDA':
        return this.#lambda()
      case 'INTERVALUNIT':
        return { kind: 'intervalUnit' }
      case 'ANY':
        return { kind: 'any' }
      default:
        if (!/^[A-Z]$/.test(word)) throw this.#invalid()
        return { kind: 'generic', name: word }
    }
  }

  #decimal(): SqlType | null {
    if (this.#tokens[this.#next] !== '(') return null
    const [precision, scale] = this.#enclosed('(', () => Number(this.#word()), ')')
    return decimal(precision!, scale!)
  }

  #lambda(): LambdaPattern {
    const parameters = this.#enclosed('(', () => this.#pattern(), ')')
    this.#expect('=>')
    return { kind: 'lambda', parameters, result: this.#pattern() }
  }

  #field(): FieldPattern {
    const name = this.#word().replaceAll('`', '')
    return { name, type: this.#pattern() }
  }

  #enclosed<Item>(open: string, item: () => Item, close: string): Item[] {
    this.#expect(open)
    const items = [item()]
    while (this.#tokens[this.#next] === ',') {
      this.#next++
      items.push(item())
    }
    this.#expect(close)
    return items
  }

  #word(): string {
    return this.#tokens[this.#next++] ?? ''
  }

  #expect(token: string): void {
    if (this.#word() !== token) throw this.#invalid()
  }

  #invalid(): Error {
    return new Error(`Not a type: ${this.#text}`)
  }
}
