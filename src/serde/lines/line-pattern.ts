/** How a regular expression takes lines apart: plain data, part of plans, so that a query keeps the pattern that it was planned with. */
import { JavaRegex } from '../../regex/java-regex.ts'
import type { Column } from '../../types/schema.ts'
import { quoteName, type SqlType } from '../../types/sql-type.ts'

/** What a pattern says of the type of a field's text. */
export type FieldKind = 'int' | 'long' | 'float' | 'double' | 'boolean'

export interface PatternField {
  /** As the pattern has it. */
  readonly name: string
  /** Groups that may hold its text; the first that took part does. */
  readonly groups: readonly number[]
  readonly kind?: FieldKind
}

export interface LinePattern {
  /** In Java's dialect; names of groups may have underscores. */
  readonly regex: string
  readonly fields: readonly PatternField[]
}

/** Longest text of a pattern. */
const MAX_PATTERN = 64 * 1024

/** Expressions kept; a long one takes a tenth of a second to compile, and all queries of its source need it. */
const KEPT = 100
const kept = new Map<string, JavaRegex>()

/** The expression of a pattern. Throws an Error that says what is wrong with it. */
export function lineRegex(pattern: string): JavaRegex {
  const known = kept.get(pattern)
  if (known !== undefined) return known
  if (pattern.length > MAX_PATTERN) throw new Error(`the pattern is longer than ${MAX_PATTERN} characters`)
  const compiled = new JavaRegex(pattern, { namesHaveUnderscores: true })
  if (kept.size >= KEPT) kept.delete(kept.keys().next().value!)
  kept.set(pattern, compiled)
  return compiled
}

/** The pattern whose fields are the named groups of an expression. Throws an Error that says what is wrong with it. */
export function patternOfRegex(regex: string): LinePattern {
  const { groupNames } = lineRegex(regex)
  const fields = [...groupNames].map(([name, group]) => ({ name, groups: [group] }))
  return { regex, fields }
}

/** A column's field has its name, exactly or in upper case. */
export const fieldOf = ({ fields }: LinePattern, { name }: Column): PatternField | undefined =>
  fields.find((field) => field.name === name) ?? fields.find((field) => field.name.toUpperCase() === name)

/** Why the columns cannot be read from the pattern's fields; null: they can. `source`: the property that holds the pattern. */
export function patternRefusal(pattern: LinePattern, columns: readonly Column[], source: string): string | null {
  for (const column of columns) {
    const field = fieldOf(pattern, column)
    if (field === undefined) {
      const names = pattern.fields.map(({ name }) => name).join(', ')
      return `${source} has no field for column ${quoteName(column.name)}. Its fields: ${names || 'none'}.`
    }
    if (field.kind !== undefined && !KINDS[field.kind].has(column.type.kind)) {
      return `${source} makes field ${field.name} a value of type ${field.kind}, which column ${quoteName(column.name)} of type ${column.type.kind} cannot hold.`
    }
  }
  return null
}

const KINDS: { readonly [kind in FieldKind]: ReadonlySet<SqlType['kind']> } = {
  int: new Set(['INTEGER', 'BIGINT', 'DOUBLE', 'DECIMAL']),
  long: new Set(['BIGINT', 'DOUBLE', 'DECIMAL']),
  float: new Set(['DOUBLE', 'DECIMAL']),
  double: new Set(['DOUBLE', 'DECIMAL']),
  boolean: new Set(['BOOLEAN']),
}
