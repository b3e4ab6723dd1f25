/**
 * Texts with places that each record fills: `logs-%{topic}-%{+yyyy.MM.dd}`, `users-%{STATE}`. The notation is Logstash's: `%{name}` is a
 * column, or `topic`, `partition`, `offset`, `timestamp`, and `%{+pattern}` the time of the record in UTC.
 */
import type { SinkRecord, SinkSource } from './connector.ts'
import { columnReader, plainText } from './documents.ts'
import { OptionError } from './options.ts'

/** Gives the text for a record, or the name of the column that is NULL in it. */
export type Template = (
  record: SinkRecord,
  partition: number,
) => { readonly text: string } | { readonly missing: string }

export interface CompiledTemplate {
  readonly fill: Template
  /** The text, if it is the same for all records. */
  readonly constant: string | null
}

const PLACE = /%\{([^}]*)\}/g

type Part = (record: SinkRecord, partition: number) => string | null

export interface TemplateOptions {
  /** How the text of a placeholder is escaped, as for a path or a JSON string. Default: not at all. */
  readonly encode?: (text: string) => string
  /** Text for a column that is NULL. Default: the template cannot be filled then. */
  readonly ifNull?: string
}

/** Throws an OptionError for a place that cannot be filled. */
export function compileTemplate(
  text: string,
  option: string,
  source: SinkSource,
  { encode = (piece) => piece, ifNull }: TemplateOptions = {},
): CompiledTemplate {
  const parts: { readonly name: string; readonly part: Part }[] = []
  let at = 0
  const literal = (end: number) => {
    const piece = text.slice(at, end)
    if (piece !== '') parts.push({ name: '', part: () => piece })
  }
  let isConstant = true
  for (const match of text.matchAll(PLACE)) {
    literal(match.index)
    at = match.index + match[0].length
    const name = match[1]!
    if (name !== 'topic') isConstant = false
    parts.push({ name, part: placeOf(name, option, source) })
  }
  literal(text.length)
  return {
    fill: (record, partition) => {
      let filled = ''
      for (const { name, part } of parts) {
        const piece = part(record, partition) ?? ifNull ?? null
        if (piece === null) return { missing: name }
        filled += name === '' ? piece : encode(piece)
      }
      return { text: filled }
    },
    constant: isConstant ? text.replaceAll(PLACE, encode(source.topic)) : null,
  }
}

function placeOf(name: string, option: string, source: SinkSource): Part {
  if (name.startsWith('+')) return timePlace(name.slice(1), option)
  switch (name) {
    case 'topic':
      return () => source.topic
    case 'partition':
      return (_record, partition) => String(partition)
    case 'offset':
      return ({ offset }) => String(offset)
    case 'timestamp':
      return ({ timestamp }) => String(timestamp)
    default: {
      const read = columnReader(source, option, name)
      return (record) => {
        const value = read(record)
        return value === null ? null : plainText(value)
      }
    }
  }
}

const FIELDS: Readonly<Record<string, (date: Date) => string>> = {
  yyyy: (date) => String(date.getUTCFullYear()).padStart(4, '0'),
  MM: (date) => String(date.getUTCMonth() + 1).padStart(2, '0'),
  dd: (date) => String(date.getUTCDate()).padStart(2, '0'),
  HH: (date) => String(date.getUTCHours()).padStart(2, '0'),
  mm: (date) => String(date.getUTCMinutes()).padStart(2, '0'),
}

/** The text of the minute before is kept, which neighbouring records mostly share. */
function timePlace(pattern: string, option: string): Part {
  const tokens = pattern.match(/[A-Za-z]+|[^A-Za-z]+/g) ?? []
  for (const token of tokens) {
    if (/[A-Za-z]/.test(token) && !Object.hasOwn(FIELDS, token)) {
      const known = Object.keys(FIELDS).join(', ')
      throw new OptionError(option, `The option '${option}' has '${token}' in a time; times are made of ${known}.`)
    }
  }
  let minute = Number.NaN
  let text = ''
  return ({ timestamp }) => {
    const at = Math.floor(timestamp / 60_000)
    if (at !== minute) {
      const date = new Date(at * 60_000)
      text = tokens.map((token) => FIELDS[token]?.(date) ?? token).join('')
      minute = at
    }
    return text
  }
}
