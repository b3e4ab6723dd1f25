/** Statement texts as answers and errors may show them, with values that can be secret masked. Source: ksqlDB's `QueryMask`. */
import type { IToken, TokenType } from 'chevrotain'
import {
  Alter,
  Comma,
  Connector,
  Create,
  LeftBracket,
  LeftParenthesis,
  RightBracket,
  RightParenthesis,
  Secret,
  Semicolon,
  Sink,
  Source,
  Stream,
  StringValue,
  Table,
  tokenize,
  Unrecognized,
  Values,
  With,
} from '../../grammar/tokens.ts'
import { optionsOf } from '../connectors/common-options.ts'
import { CONNECTORS } from '../connectors/index.ts'
import { hasPasswordInUrl } from '../connectors/options.ts'
import { isReference } from '../connectors/secrets.ts'
import type {
  AlterConnector,
  CreateBuiltInConnector,
  CreateConnector,
  CreateSecret,
} from '../sql/ast/connector-statements.ts'
import type { Statement } from '../sql/ast/statement.ts'
import type { Property } from '../sql/ast/statement-node.ts'
import { plainText, type ShownText } from '../sql/excerpt.ts'
import { formatName } from '../sql/format-names.ts'
import { formatStatement } from '../sql/format-statement.ts'

/** The statement's text, masked, with its semicolon. */
export const shownText = (statement: Statement): string => shownStatement(statement).text

/** As `shownText`, with the places of its parts. */
export function shownStatement(statement: Statement): ShownText {
  const text = `${statement.text};`
  if (statement.kind === 'insertValues') return shownSource(text)
  if (statement.kind === 'createSecret') {
    return { text: `${formatStatement(maskedSecret(statement))};`, offset: () => 0 }
  }
  if (statement.kind === 'createBuiltInConnector' && statement.translated !== undefined) {
    // Places are those of the statement before it was translated.
    const shown = hasLiteralSecret(statement) ? formatStatement(withoutSecrets(statement)) : statement.text
    return { text: `${shown};`, offset: () => 0 }
  }
  if (
    (statement.kind === 'createBuiltInConnector' || statement.kind === 'alterConnector') &&
    hasLiteralSecret(statement)
  ) {
    return { text: `${formatStatement(withoutSecrets(statement))};`, offset: () => 0 }
  }
  return statement.kind === 'createConnector'
    ? { text: `${maskedConnector(statement)};`, offset: () => 0 }
    : plainText(text)
}

/** A text that need not parse, with a mask in place of all that could be a value of an INSERT, an option of a connector or a secret. */
export function shownSource(text: string): ShownText {
  const { tokens } = tokenize(text)
  const secret = tokens.slice(0, 4).find(({ tokenType }) => tokenType === Secret)
  if (secret !== undefined && DEFINING.has(tokens[0]!.tokenType)) {
    const head = text.slice(0, secret.endOffset! + 1)
    return { text: `${head} '[value]';`, offset: (offset) => Math.min(offset, head.length) }
  }
  const start =
    optionsStart(tokens) ?? tokens.findIndex(({ tokenType }, i) => tokenType === Values && startsRows(tokens, i + 1))
  return start < 0 ? plainText(text) : masked(text.slice(0, tokens[start]!.endOffset! + 1), tokens.slice(start + 1))
}

/** Statements whose options may be secrets. */
const DEFINING = new Set<TokenType>([Create, Alter])
const WITH_SECRETS = new Set<TokenType>([Connector, Sink, Source])
const SOURCES = new Set<TokenType>([Stream, Table])

/** Index of the WITH of a connector's options; undefined: the statement has none. */
function optionsStart(tokens: readonly IToken[]): number | undefined {
  const [first, second, third] = tokens
  if (first === undefined || !DEFINING.has(first.tokenType)) return undefined
  // CREATE SOURCE STREAM is no connector.
  const isConnector = second !== undefined && WITH_SECRETS.has(second.tokenType) && !SOURCES.has(third!.tokenType)
  const start = isConnector ? tokens.findIndex(({ tokenType }) => tokenType === With) : -1
  return start < 0 ? undefined : start
}

/** A message about a text that `shownSource` has masked, without the strings of the text. */
export function shownMessage(message: string, text: string): string {
  const strings = tokenize(text).tokens.filter(({ tokenType }) => tokenType === StringValue)
  return strings.reduce((shown, { image }) => shown.replaceAll(image, "'[value]'"), message)
}

/** `VALUES` can be a name, too, in another statement. */
const startsRows = (tokens: readonly IToken[], next: number): boolean =>
  tokens[next]?.tokenType === LeftParenthesis || tokens[0]?.image.toUpperCase() === 'INSERT'

/**
 * The rows after VALUES: their brackets and commas stay, everything between them becomes one mask. Words outside of rows stay too, unless a
 * quote is open. Comments are left out.
 */
function masked(head: string, tokens: readonly IToken[]): ShownText {
  const open = tokens.findIndex(({ tokenType }) => tokenType === Unrecognized)
  const starts: { readonly source: number; readonly shown: number }[] = []
  let text = head
  let depth = 0
  let inValue = false
  for (const [index, { tokenType, image, startOffset }] of tokens.entries()) {
    if (CLOSING.has(tokenType)) depth = Math.max(0, depth - 1)
    const isClear =
      depth === 0 ? isClearOutside(tokens[index]!) && (open < 0 || index < open) : depth === 1 && tokenType === Comma
    if (isClear || !inValue) {
      if (depth === 0 && !ENDING.has(tokenType)) text += ' '
      starts.push({ source: startOffset, shown: text.length })
      text += isClear ? image : "'[value]'"
      if (depth === 1 && isClear) text += ' '
    }
    inValue = !isClear
    if (OPENING.has(tokenType)) depth++
  }
  return {
    text,
    offset: (offset) => starts.findLast(({ source }) => source <= offset)?.shown ?? Math.min(offset, head.length),
  }
}

const isClearOutside = ({ tokenType, image }: IToken): boolean =>
  tokenType === LeftParenthesis || ENDING.has(tokenType) || /^[A-Za-z]/.test(image)

const OPENING = new Set<TokenType>([LeftParenthesis, LeftBracket])
const CLOSING = new Set<TokenType>([RightParenthesis, RightBracket])
const ENDING = new Set<TokenType>([RightParenthesis, Comma, Semicolon])

function maskedConnector({ connectorKind, name, ifNotExists, properties }: CreateConnector): string {
  const masked = properties.map((property) => `"${property.name}"='[string]'`).join(', ')
  return `CREATE ${connectorKind} CONNECTOR ${ifNotExists ? 'IF NOT EXISTS ' : ''}${formatName(name)} WITH (${masked})`
}

const MASK = { kind: 'stringLiteral', value: '[string]' } as const

const maskedSecret = (statement: CreateSecret): CreateSecret => ({
  ...statement,
  properties: statement.properties.map((property) => ({ ...property, value: MASK })),
})

/** Names of all options that are secrets. */
const SECRETS: ReadonlySet<string> = new Set(
  CONNECTORS.flatMap(optionsOf).flatMap(({ name, isSecret }) => (isSecret === true ? [name] : [])),
)

/** Such a statement is refused, but what is refused is shown, too. */
function isLiteralSecret({ name, value }: Property): boolean {
  if (value.kind !== 'stringLiteral') return SECRETS.has(name.toLowerCase())
  return hasPasswordInUrl(value.value) || (SECRETS.has(name.toLowerCase()) && !isReference(value.value))
}

const hasLiteralSecret = ({ properties }: CreateBuiltInConnector | AlterConnector): boolean =>
  properties.some(isLiteralSecret)

const withoutSecrets = <S extends CreateBuiltInConnector | AlterConnector>(statement: S): S => ({
  ...statement,
  properties: statement.properties.map((property) =>
    isLiteralSecret(property) ? { ...property, value: MASK } : property,
  ),
})
