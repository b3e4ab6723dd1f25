/**
 * GROK's language: a regular expression with `%{NAME}`, `%{NAME:field}` and `%{NAME:field:type}` for patterns that have names. Source: Elastic's
 * documentation, "Grok filter plugin" and "Grok processor".
 */
import { suggestion } from '../../suggest.ts'
import { grokLibrary, parsePatterns } from './grok-patterns.ts'
import { type FieldKind, type LinePattern, lineRegex, type PatternField } from './line-pattern.ts'

const REFERENCE = /%\{(\w+)(?::([^:{}]+))?(?::(\w+))?\}/g
/** Patterns within each other. */
const MAX_DEPTH = 32
/** Length of the whole expression. */
const MAX_LENGTH = 64 * 1024

const FIELD_KINDS: ReadonlyMap<string, FieldKind | null> = new Map([
  ['int', 'int'],
  ['integer', 'int'],
  ['long', 'long'],
  ['float', 'float'],
  ['double', 'double'],
  ['boolean', 'boolean'],
  ['string', null],
])

/** `own`: definitions that come before the library's, one per line. Throws an Error that says what is wrong. */
export function patternOfGrok(grok: string, own = ''): LinePattern {
  const expansion = new Expansion(parsePatterns(own))
  const regex = expansion.expand(grok, [])
  const { groupNames } = lineRegex(regex)
  const fields = new Map<string, { groups: number[]; kind: FieldKind | null }>()
  for (const [group, index] of groupNames) {
    const { name, kind } = expansion.captures.get(group) ?? { name: group, kind: null }
    const known = fields.get(name)
    if (known !== undefined && known.kind !== kind) throw new Error(`the field ${name} has two types`)
    if (known === undefined) fields.set(name, { groups: [index], kind })
    else known.groups.push(index)
  }
  return {
    regex,
    fields: [...fields].map(
      ([name, { groups, kind }]): PatternField => ({ name, groups, ...(kind !== null && { kind }) }),
    ),
  }
}

interface Capture {
  readonly name: string
  readonly kind: FieldKind | null
}

class Expansion {
  /** By the names of the groups in the expression. */
  readonly captures = new Map<string, Capture>()
  readonly #own: ReadonlyMap<string, string>
  #length = 0

  constructor(own: ReadonlyMap<string, string>) {
    this.#own = own
  }

  /** `within`: the patterns that this text is part of. */
  expand(text: string, within: readonly string[]): string {
    if (within.length > MAX_DEPTH) throw new Error(`patterns are more than ${MAX_DEPTH} deep within each other`)
    this.#length += text.length
    if (this.#length > MAX_LENGTH) throw new Error(`the whole expression is longer than ${MAX_LENGTH} characters`)
    const expanded = text.replaceAll(REFERENCE, (_reference, name: string, field?: string, type?: string) => {
      if (within.includes(name)) throw new Error(`the pattern ${name} refers to itself`)
      const body = this.expand(this.#definition(name), [...within, name])
      return field === undefined ? `(?:${body})` : `(?<${this.#capture(field, type)}>${body})`
    })
    const wrong = /%\{[^}]*\}?/.exec(expanded)
    if (wrong !== null) throw new Error(`'${wrong[0]}' is not %{NAME}, %{NAME:field} or %{NAME:field:type}`)
    return expanded
  }

  #definition(name: string): string {
    const library = grokLibrary()
    const definition = this.#own.get(name) ?? library.get(name)
    if (definition !== undefined) return definition
    const names = [...this.#own.keys(), ...library.keys()]
    throw new Error(`there is no pattern ${name}.${suggestion(name, names, { label: 'Patterns', most: 12 })}`)
  }

  /** The name of the group of a field. Fields may have any names, and several groups. */
  #capture(field: string, type: string | undefined): string {
    const kind = type === undefined ? null : FIELD_KINDS.get(type.toLowerCase())
    if (kind === undefined)
      throw new Error(`the type ${type} of ${field} is none of ${[...FIELD_KINDS.keys()].join(', ')}`)
    const group = `_${this.captures.size}`
    this.captures.set(group, { name: fieldName(field), kind })
    return group
  }
}

/** `[http][request]` and `http.request` are the column `http_request`. */
const fieldName = (field: string): string =>
  field
    .split(/\W+/)
    .filter((part) => part !== '')
    .join('_')
