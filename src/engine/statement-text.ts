/** Statement texts as answers and errors may show them, with values that can be secret masked. Source: ksqlDB's `QueryMask`. */
import type { IToken, TokenType } from 'chevrotain'
import {
  Comma,
  LeftBracket,
  LeftParenthesis,
  RightBracket,
  RightParenthesis,
  tokenize,
  Values,
} from '../../grammar/tokens.ts'
import type { CreateConnector, InsertValues, Statement } from '../sql/ast.ts'
import { formatName } from '../sql/format.ts'

/** The statement's text, masked, with its semicolon. */
export function shownText(statement: Statement): string {
  switch (statement.kind) {
    case 'insertValues':
      return `${maskedValues(statement)};`
    case 'createConnector':
      return `${maskedConnector(statement)};`
    default:
      return `${statement.text};`
  }
}

/** Replaces everything after VALUES (, so that no part of a value can show. */
function maskedValues({ text, values }: InsertValues): string {
  const { tokens } = tokenize(text)
  const open = valuesStart(tokens)
  const start = open < 0 ? 0 : tokens[open]!.startOffset + 1
  return `${text.slice(0, start)}${values.map(() => "'[value]'").join(', ')})`
}

/** Masks a text that did not parse: whatever looks like the values of an INSERT. */
export function shownSource(text: string): string {
  const { tokens } = tokenize(text)
  const open = valuesStart(tokens)
  if (open < 0) return text
  const { count, end } = listFrom(open, tokens)
  const rest = end === null ? '' : text.slice(end.startOffset)
  return `${text.slice(0, tokens[open]!.startOffset + 1)}${Array(count).fill("'[value]'").join(', ')}${rest}`
}

const valuesStart = (tokens: readonly IToken[]): number =>
  tokens.findIndex(({ tokenType }, i) => tokenType === LeftParenthesis && tokens[i - 1]?.tokenType === Values)

/** Number of elements of the list that token `open` opens, and the token that closes it; null: the list is not closed. */
function listFrom(open: number, tokens: readonly IToken[]): { readonly count: number; readonly end: IToken | null } {
  let depth = 0
  let count = 1
  for (const token of tokens.slice(open)) {
    if (OPENING.has(token.tokenType)) depth++
    if (CLOSING.has(token.tokenType)) depth--
    if (depth === 0) return { count, end: token }
    if (depth === 1 && token.tokenType === Comma) count++
  }
  return { count, end: null }
}

const OPENING = new Set<TokenType>([LeftParenthesis, LeftBracket])
const CLOSING = new Set<TokenType>([RightParenthesis, RightBracket])

function maskedConnector({ connectorKind, name, ifNotExists, properties }: CreateConnector): string {
  const masked = properties.map((property) => `"${property.name}"='[string]'`).join(', ')
  return `CREATE ${connectorKind} CONNECTOR ${ifNotExists ? 'IF NOT EXISTS ' : ''}${formatName(name)} WITH (${masked})`
}
