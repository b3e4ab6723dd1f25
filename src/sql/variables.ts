// Variables of a session: `${name}` is replaced in the text of a statement before it is parsed, in names, values, and inside quotes.
// A value can never end the quotes that it is put into, nor bring in more than one name or literal, so it cannot change the statement.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of the dialect are written like this

import type { IToken } from 'chevrotain'
import * as t from '../../grammar/tokens.ts'
import { refusal, tokenLocation } from './build-names.ts'

/**
 * `text` with each `${name}` replaced by its value; unknown ones stay as they are, and `$${name}` becomes `${name}`. Names are matched
 * in any case. Comments are left alone. Throws ParseError where a value does not fit: where only a name can stand it must be one, bare
 * or quoted; elsewhere a name, a number, a boolean, NULL or a quoted string.
 */
export function substituteVariables(text: string, variables: ReadonlyMap<string, string>): string {
  if (!text.includes('${')) return text
  const values = new Map([...variables].map(([name, value]) => [name.toUpperCase(), value]))
  const { tokens } = t.tokenize(text)
  const parts: string[] = []
  let done = 0
  tokens.forEach((token, i) => {
    parts.push(text.slice(done, token.startOffset), replaceIn(token, tokens[i - 1], tokens[i + 1], values))
    done = token.endOffset! + 1
  })
  return parts.join('') + text.slice(done)
}

function replaceIn(
  token: IToken,
  previous: IToken | undefined,
  next: IToken | undefined,
  values: ReadonlyMap<string, string>,
): string {
  if (escapes(token, next)) return token.image.slice(0, -1)
  if (token.tokenType === t.VariableReference) {
    return escapes(previous, token) ? token.image : bareValue(token, previous, values)
  }
  return QUOTED.has(token.tokenType) ? replaceInQuotes(token.image, values) : token.image
}

const QUOTED = new Set([t.StringValue, t.QuotedIdentifier, t.BackQuotedIdentifier])

/** Whether `token` ends with the first dollar of `$${name}`, which the lexer leaves over. */
function escapes(token: IToken | undefined, next: IToken | undefined): boolean {
  return (
    token?.tokenType === t.Unrecognized &&
    token.image.endsWith('$') &&
    next?.tokenType === t.VariableReference &&
    token.endOffset! + 1 === next.startOffset
  )
}

function replaceInQuotes(image: string, values: ReadonlyMap<string, string>): string {
  const quote = image.charAt(0)
  return image.replace(/\$?\$\{([A-Za-z_][A-Za-z0-9_@]*)\}/g, (reference, name: string) => {
    if (reference.startsWith('$$')) return reference.slice(1)
    const value = values.get(name.toUpperCase())
    return value === undefined ? reference : unquoted(value).replaceAll(quote, quote + quote)
  })
}

/** Inside quotes the value's own ones are dropped. */
function unquoted(value: string): string {
  return /^'.*'$/s.test(value) ? value.slice(1, -1).replaceAll("''", "'") : value
}

function bareValue(token: IToken, previous: IToken | undefined, values: ReadonlyMap<string, string>): string {
  const value = values.get(token.image.slice(2, -1).toUpperCase())
  if (value === undefined) return token.image
  if (NAME.test(value)) return value
  if (LITERAL.test(value) && !(previous !== undefined && BEFORE_NAME.has(previous.tokenType))) return value
  const { line, column } = tokenLocation(token)
  throw refusal(
    `Illegal argument at Line: ${line}, Col: ${column}. Identifier names cannot start with '@' and may only contain ` +
      `alphanumeric values and '_'. Got: '${value}'`,
    { line, column },
  )
}

const NAME = /^(?:[A-Za-z_][A-Za-z0-9_@]*|[0-9][A-Za-z0-9_@]*[A-Za-z_@][A-Za-z0-9_@]*|"(?:[^"]|"")+"|`(?:[^`]|``)+`)$/
const LITERAL = /^(?:-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|'(?:[^']|'')*')$/

/** After these only a name can follow. */
const BEFORE_NAME = new Set([
  t.From,
  t.Join,
  t.Into,
  t.Stream,
  t.Table,
  t.Exists,
  t.Type,
  t.Connector,
  t.As,
  t.Describe,
  t.Dot,
  t.FieldArrow,
  t.Define,
  t.Undefine,
])
