// Names, strings and places out of tokens: the leaves that every part of the AST builder shares.

import type { CstNode, IToken } from 'chevrotain'
import type { ConnectorKindCstNode, NameOrStringCstNode, SourceKindCstNode } from '../../grammar/generated/cst.d.ts'
import {
  BackQuotedIdentifier,
  DollarString,
  QuotedIdentifier,
  StringValue,
  VariableReference,
} from '../../grammar/tokens.ts'
import { type Location, ParseError } from '../errors.ts'
import type { ConnectorKind } from './ast/connector-statements.ts'
import type { SourceKind } from './ast/statement-node.ts'

export function tokenLocation(token: IToken): Location {
  return { line: token.startLine!, column: token.startColumn! }
}

export function nodeLocation(node: CstNode): Location {
  return { line: node.location!.startLine!, column: node.location!.startColumn! }
}

/** The error for text that the grammar takes and the language does not. */
export function refusal(message: string, location: Location): ParseError {
  return new ParseError(`Failed to prepare statement: ${message}`, { location })
}

/** As the language reads a name: bare in upper case, quoted exactly. */
export function nameOf(token: IToken): string {
  const exact = exactName(token)
  return isQuoted(token) || token.tokenType === VariableReference ? exact : exact.toUpperCase()
}

/** A name as written, without its quotes: for topics and query ids, where case counts. */
export function exactName(token: IToken): string {
  if (token.tokenType === DollarString) return stringOf(token)
  return isQuoted(token) || token.tokenType === StringValue ? unquote(token.image) : token.image
}

const isQuoted = (token: IToken): boolean =>
  token.tokenType === QuotedIdentifier || token.tokenType === BackQuotedIdentifier

/** The name of a stream or table that is defined here: letters, digits, `_` and `-` only, even when quoted. */
export function sourceNameOf(token: IToken): string {
  const name = nameOf(token)
  if (/^[A-Za-z0-9_-]+$/.test(name)) return name
  const { line, column } = tokenLocation(token)
  throw refusal(
    `Illegal argument at Line: ${line}, Col: ${column}. Source names may only contain alphanumeric values, '_' or '-'. Got: '${name}'`,
    { line, column },
  )
}

/** The value of a string literal. */
export const stringOf = (token: IToken): string =>
  token.tokenType === DollarString ? withoutDollars(token.image) : unquote(token.image)

/** The text between `$$` and `$$`, or between `$tag$` and `$tag$`. */
function withoutDollars(image: string): string {
  const length = image.indexOf('$', 1) + 1
  return image.slice(length, -length)
}

/** A name or a string literal, either as written: for topics and subjects. */
export function exactNameOrString({ children }: NameOrStringCstNode): string {
  return exactName((children.Identifier ?? children.StringValue!)[0]!)
}

/** Without the quotes around it; a doubled one inside is one. */
function unquote(image: string): string {
  const quote = image.charAt(0)
  return image.slice(1, -1).replaceAll(quote + quote, quote)
}

export const sourceKindOf = ({ children }: SourceKindCstNode): SourceKind => (children.Stream ? 'STREAM' : 'TABLE')

export const connectorKindOf = ({ children }: ConnectorKindCstNode): ConnectorKind =>
  children.Source ? 'SOURCE' : 'SINK'
