// Names, texts and durations as SQL: the leaves that every part of the formatter shares.

import { isReservedWord } from '../../grammar/tokens.ts'
import type { Duration } from './ast/query.ts'

/** SQL text of a string literal. */
export const formatString = (value: string): string => `'${value.replaceAll("'", "''")}'`

/** SQL text of a long string: in dollars, with a tag that does not occur in it. */
export function formatDollarString(value: string): string {
  if (!/^\{|\$\$|\$$/.test(value)) return `$$${value}$$`
  let tag = 'body'
  while (value.includes(`$${tag}$`) || value.endsWith(`$${tag}`)) tag += '_'
  return `$${tag}$${value}$${tag}$`
}

/** SQL text of a duration: `10 SECONDS`. */
export const formatDuration = ({ value, unit }: Duration): string => `${value} ${unit}`

/** Words that are names, but at some places something else. */
const AMBIGUOUS_WORDS = new Set([
  'ARRAY',
  'MAP',
  'STRUCT',
  'EMIT',
  'PARTITION',
  'SESSION',
  'IF',
  'COLUMN',
  'TABLES',
  'FUNCTION',
  'VARIADIC',
  'LAMBDA',
  'DAY',
  'HOUR',
  'MINUTE',
  'SECOND',
  'QUALIFY',
  'ORDER',
  'OFFSET',
  'STATE',
  'ASOF',
  'UNION',
  'INTERSECT',
  'EXCEPT',
  'OVER',
  'GROUPING',
  'ROLLUP',
  'CUBE',
])

/** A name as SQL: back-quoted unless a bare one reads the same. */
export function formatName(name: string): string {
  const isBare = /^[A-Z_][A-Z0-9_@]*$/.test(name) && !isReservedWord(name) && !AMBIGUOUS_WORDS.has(name)
  return isBare || isVariable(name) ? name : quoted(name)
}

export const quoted = (name: string): string => `\`${name.replaceAll('`', '``')}\``
const isVariable = (name: string): boolean => /^\$\{[A-Za-z_][A-Za-z0-9_@]*\}$/.test(name)
