// Text -> AST, or a ParseError that says where and what. The one way into the language.

import type { CstNode, IToken, TokenType } from 'chevrotain'
import type {
  ColumnListCstNode,
  ExpressionCstNode,
  SingleStatementCstNode,
  TypeCstNode,
} from '../../grammar/generated/cst.d.ts'
import { StatementGrammar } from '../../grammar/statements.ts'
import {
  Case,
  End,
  LeftBracket,
  LeftParenthesis,
  RightBracket,
  RightParenthesis,
  tokenize,
  When,
} from '../../grammar/tokens.ts'
import { type Location, ParseError, type StatementError } from '../errors.ts'
import type { ColumnDefinition } from './ast/definitions.ts'
import type { Expression } from './ast/query.ts'
import type { Statement } from './ast/statement.ts'
import type { TypeNode } from './ast/types.ts'
import { buildColumns } from './build-columns.ts'
import { buildExpression } from './build-expressions.ts'
import { tokenLocation } from './build-names.ts'
import { IN_QUERY } from './build-queries.ts'
import { buildStatement } from './build-statements.ts'
import { buildType } from './build-types.ts'
import { excerpt, namesPlace } from './excerpt.ts'
import { splitTokens } from './split.ts'
import { syntaxError } from './syntax-error.ts'

/**
 * How deep a statement may nest, in brackets and CASEs, and in the tree that results. The stack of a thread holds several times as much,
 * both here and in all that later walks the tree.
 */
const MAX_NESTING = 100
const MAX_TREE_DEPTH = 1500
/** Each branch of a CASE nests in the one before it when it runs. */
const MAX_BRANCHES = 1200
/** A text of this size is read in about two seconds, in which a server answers nobody else. */
const MAX_TOKENS = 100_000
const MAX_TEXT_LENGTH = 4_000_000

export interface ParseOptions {
  /** Accept the assertions of test scripts and RUN SCRIPT. Default false. */
  readonly testStatements?: boolean
  /** Where the text starts in a larger one, so that places in errors and nodes count from there. Default line 1, column 1. */
  readonly start?: Location
}

/**
 * The statements of `text`, each with its exact source `text`. Each must end with a semicolon; empty ones are passed over. Variables
 * (`${name}`) are not replaced here: see `substituteVariables`. Throws ParseError for the first that is wrong; it holds its statement.
 */
export function parseStatements(text: string, options: ParseOptions = {}): Statement[] {
  return splitTokens(read(text, options)).map((tokens) => {
    const cst = parse('singleStatement', tokens, text, options) as SingleStatementCstNode
    return build(() => buildStatement(cst.children.statement[0]!, text), tokens, text)
  })
}

/** A single expression. Throws ParseError. */
export function parseExpression(text: string): Expression {
  const tokens = read(text)
  const cst = parse('expression', tokens, text) as ExpressionCstNode
  return build(() => buildExpression(cst, IN_QUERY), tokens, text)
}

/** A single type, e.g. `MAP<STRING, ARRAY<INT>>`. Throws ParseError. */
export function parseType(text: string): TypeNode {
  const tokens = read(text)
  const cst = parse('type', tokens, text) as TypeCstNode
  return build(() => buildType(cst), tokens, text)
}

/** A schema as text, e.g. `ID INT KEY, V STRING`; empty for no columns. Throws ParseError. */
export function parseColumns(text: string): readonly ColumnDefinition[] {
  const tokens = read(text)
  const cst = parse('columnList', tokens, text) as ColumnListCstNode
  return build(() => buildColumns(cst.children.columnDefinition), tokens, text)
}

// ---- Steps -------------------------------------------------------------------------------------------------------------------------

function read(text: string, { start }: ParseOptions = {}): IToken[] {
  if (text.length > MAX_TEXT_LENGTH) throw tooLarge(`the text is longer than ${MAX_TEXT_LENGTH} characters`)
  const { tokens } = tokenize(text)
  if (tokens.length > MAX_TOKENS) throw tooLarge(`the text has more than ${MAX_TOKENS} words and marks`)
  checkNesting(tokens)
  if (start !== undefined) shift(tokens, start)
  return tokens
}

/** Counts places from `start` on; only the first line's columns move. */
function shift(tokens: readonly IToken[], start: Location): void {
  for (const token of tokens) {
    if (token.startLine === 1) token.startColumn! += start.column - 1
    if (token.endLine === 1) token.endColumn! += start.column - 1
    token.startLine! += start.line - 1
    token.endLine! += start.line - 1
  }
}

function checkNesting(tokens: readonly IToken[]): void {
  let depth = 0
  const branches: number[] = []
  for (const token of tokens) {
    if (token.tokenType === Case) branches.push(0)
    if (token.tokenType === End) branches.pop()
    if (token.tokenType === When && branches.length > 0 && ++branches[branches.length - 1]! > MAX_BRANCHES) {
      throw tooLarge(`a CASE has more than ${MAX_BRANCHES} WHEN branches`, tokenLocation(token))
    }
    if (OPENING.has(token.tokenType)) depth++
    if (CLOSING.has(token.tokenType)) depth--
    if (depth > MAX_NESTING) throw tooLarge(`it nests deeper than ${MAX_NESTING} levels`, tokenLocation(token))
  }
}

const OPENING = new Set<TokenType>([LeftParenthesis, LeftBracket, Case])
const CLOSING = new Set<TokenType>([RightParenthesis, RightBracket, End])

function tooLarge(reason: string, location?: Location): ParseError {
  return new ParseError(`The statement is too large to parse: ${reason}. Split it into several statements.`, {
    location,
  })
}

type EntryRule = 'singleStatement' | 'expression' | 'type' | 'columnList'

let grammar: StatementGrammar | undefined

function parse(startRule: EntryRule, tokens: readonly IToken[], text: string, options: ParseOptions = {}): CstNode {
  grammar ??= new StatementGrammar()
  grammar.input = [...tokens]
  grammar.allowTestStatements = options.testStatements ?? false
  const cst = withinStack(() => grammar![startRule]())
  const failure = grammar.errors[0]
  if (failure !== undefined) throw syntaxError({ parser: grammar, startRule, tokens, failure, text })
  return cst
}

/** Runs the builder; its errors get the statement's text, and what it built is checked to be walkable. */
function build<Built extends object>(run: () => Built, tokens: readonly IToken[], text: string): Built {
  try {
    const built = withinStack(run)
    if (depthOf(built) > MAX_TREE_DEPTH) throw tooLarge(`it chains or nests more than ${MAX_TREE_DEPTH} operators`)
    return built
  } catch (error) {
    throw error instanceof ParseError ? withPlace(error, tokens, text) : error
  }
}

/** The error with its statement and, where its place is known, a mark under it. */
function withPlace(error: ParseError, tokens: readonly IToken[], text: string): StatementError {
  const start = tokens[0]?.startOffset ?? 0
  const statement = text.slice(start, (tokens.at(-1)?.endOffset ?? 0) + 1)
  const { message, code, cause, location, peerClass } = error
  const at = tokens.find(
    ({ startLine, startColumn }) => startLine === location?.line && startColumn === location?.column,
  )
  if (at === undefined || location === undefined) return error.inStatement(statement)
  const placed = namesPlace(message) ? message : `line ${location.line}:${location.column}: ${message}`
  return new ParseError(placed, {
    code,
    cause,
    location,
    peerClass,
    statement,
    excerpt: excerpt(statement, at.startOffset - start),
  })
}

/** The limits above should hold long before the stack is full; where a caller's own stack was deep already, the answer is the same. */
function withinStack<Result>(run: () => Result): Result {
  try {
    return run()
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge('it nests too deeply')
    throw error
  }
}

/** Levels of nodes below and including `root`; without recursion. */
function depthOf(root: object): number {
  let level: object[] = [root]
  let depth = 0
  while (level.length > 0) {
    depth++
    level = level.flatMap((node) =>
      Object.values(node).filter((value): value is object => typeof value === 'object' && value !== null),
    )
  }
  return depth
}
