// What is wrong with a text that does not parse. The first lines are worded as ksqlDB words them, because its clients match on them;
// then follow the statement and the offending line.
//
// ksqlDB's parser tells three cases apart, and so do we. Where it had to look several tokens ahead to choose a rule, it only says at which
// token no rule was left. Where one certain token was due and the statement continues well after it, that token is "missing". Elsewhere
// it names what it expected, if that is three things at most.

import { EOF, type IRecognitionException, type IToken, type TokenType, tokenMatcher } from 'chevrotain'
import { type Expected, ExpectedTokens } from '../../grammar/expected.ts'
import type { StatementGrammar } from '../../grammar/statements.ts'
import * as t from '../../grammar/tokens.ts'
import { type Location, ParseError } from '../errors.ts'
import { nearest } from '../suggest.ts'
import { adviceFor, maxEditsOf, misspelt } from './advice.ts'
import { excerpt } from './excerpt.ts'

const STATEMENT_WORDS = [
  'SELECT',
  'CREATE',
  'INSERT',
  'DESCRIBE',
  'PRINT',
  'EXPLAIN',
  'SHOW',
  'LIST',
  'TERMINATE',
  'PAUSE',
  'RESUME',
  'DROP',
  'SET',
  'DEFINE',
  'UNDEFINE',
  'UNSET',
  'ASSERT',
  'ALTER',
]

/** Rules whose first words must be read together to know the statement. */
const STATEMENT_CHOICES = new Set([
  'create',
  'createSource',
  'sourceKind',
  'insert',
  'alter',
  'drop',
  'show',
  'describe',
  'explain',
  'assert',
])

/** Finding out what was expected walks the grammar along the tokens; beyond this many it is not worth the time. */
const MAX_TOKENS_TO_EXPLAIN = 500

export interface FailedParse {
  readonly parser: StatementGrammar
  /** The rule that was to be parsed, e.g. `singleStatement`. */
  readonly startRule: string
  readonly tokens: readonly IToken[]
  readonly failure: IRecognitionException
  /** The whole text, for the excerpt. */
  readonly text: string
}

/** The error to throw for a failed parse. */
export function syntaxError(failed: FailedParse): ParseError {
  const { tokens, failure, text } = failed
  const found = tokens.indexOf(failure.token)
  const index = found === -1 ? tokens.length : found
  const location = index < tokens.length ? startOf(tokens[index]!) : endOf(tokens.at(-1))
  const expected = expectedAt(failed, index)
  const advice = adviceAt(failed, index, expected)
  const wording = detail(failed, index, location, expected)
  const reason = advice ?? (wording === '' ? unexpected(tokens, index) : undefined)
  // Where ksqlDB says no more, its clients match on the empty line.
  const message = [reason ?? [], `line ${location.line}:${location.column}: Syntax Error`, wording].flat().join('\n')
  const statement = statementText(tokens, text)
  const hint = reason === undefined ? hintFor(tokens[index], index, expected) : ''
  const offset = tokens[index]?.startOffset ?? (tokens.at(-1)?.endOffset ?? -1) + 1
  return new ParseError(message, {
    location,
    statement,
    excerpt: excerpt(statement, offset - (tokens[0]?.startOffset ?? 0), hint),
  })
}

/** Our own sentence on what is wrong and what to write; it stands before the wordings of ksqlDB. */
function adviceAt(failed: FailedParse, index: number, { inRule }: Expected): string | undefined {
  const { tokens } = failed
  const actual = tokens[index]
  const all = index > MAX_TOKENS_TO_EXPLAIN ? [] : walkTo(failed, index).tokens()
  const advice = adviceFor({ tokens, index, expected: all }) ?? misspeltAdvice(failed, index, all)
  if (advice !== undefined) return advice
  if (reservedAdvice(actual, inRule) !== null) {
    const { image } = actual!
    return `${image} is a keyword. To use it as a name, write it in backticks: \`${image.toUpperCase()}\``
  }
  if (index === 0 && failed.startRule === 'singleStatement') {
    if (nearStatement(actual) !== undefined) return undefined
    return `${actual?.image ?? 'This'} does not begin a statement. Statements begin with ${STATEMENT_WORDS.join(', ')}.`
  }
  if (actual === undefined && all.includes(t.Semicolon)) return 'The statement needs a semicolon at its end.'
  return missingWord(failed, index, all)
}

/** The statement that a first word is a slip of. */
const nearStatement = (actual: IToken | undefined): string | undefined =>
  actual && nearest(actual.image, STATEMENT_WORDS, { maxEdits: maxEditsOf(actual.image) })

/** The name that is due, or the one keyword, or else bracket or comma, with which the statement would continue at the token. */
function missingWord(failed: FailedParse, index: number, expected: readonly TokenType[]): string | undefined {
  const actual = failed.tokens[index]
  if (actual === undefined) return undefined
  const before = actual.tokenType === t.Semicolon ? 'at the end' : `before ${actual.image}`
  if (expected.includes(t.Identifier)) {
    return continuesAfter(failed, index, t.Identifier) ? `${nounFor(expected)} is missing ${before}.` : undefined
  }
  const fitting = expected.filter((token) => continuesAfter(failed, index, token))
  const words = fitting.filter((token) => t.isKeyword(token) && token !== t.Select)
  const [missing, ...others] = words.length > 0 ? words : fitting.filter((token) => MARKS.has(token))
  return missing === undefined || others.length > 0 ? undefined : `${wordOf(missing)} is missing ${before}.`
}

function nounFor(expected: readonly TokenType[]): string {
  if (expected.includes(t.Null)) return 'An expression'
  if (expected.includes(t.Decimal)) return 'A type'
  return expected.includes(t.All) ? 'The id of a query' : 'A name'
}

const MARKS = new Set<TokenType>([t.LeftParenthesis, t.RightParenthesis, t.RightBracket, t.Comma])
const wordOf = (token: TokenType): string => (token === t.Comma ? 'A comma' : token.LABEL!.slice(1, -1))

/** The keyword may be misspelt here, or one token before, where it was read as an alias. */
function misspeltAdvice(failed: FailedParse, index: number, expected: readonly TokenType[]): string | undefined {
  const { tokens } = failed
  if (failed.startRule === 'singleStatement' && index === 0) return undefined
  const here = misspeltAt(failed, index, expected)
  if (here !== undefined) return here
  const isAlias = index > 1 && index <= MAX_TOKENS_TO_EXPLAIN && tokens[index - 1]?.tokenType === t.BareIdentifier
  return isAlias ? misspeltAt(failed, index - 1, walkTo(failed, index - 1).tokens()) : undefined
}

function misspeltAt(failed: FailedParse, index: number, expected: readonly TokenType[]): string | undefined {
  const token = failed.tokens[index]
  if (token === undefined || !/^[A-Za-z]{2,}/.test(token.image)) return undefined
  const keyword = misspelt(token.image, expected)
  if (keyword === undefined || keyword === token.tokenType) return undefined
  const next = failed.tokens[index + 1]
  const corrected = walkTo(failed, index).advance({ ...token, tokenType: keyword, tokenTypeIdx: keyword.tokenTypeIdx! })
  if (next !== undefined && !corrected.accepts(next)) return undefined
  return `Did you mean ${keyword.LABEL!.slice(1, -1)} instead of ${token.image}?`
}

function unexpected(tokens: readonly IToken[], index: number): string {
  const before = tokens[index - 1]
  const after = before === undefined ? '' : ` after ${before.image}`
  const image = tokens[index]?.image
  return image === undefined ? `The statement ends too early${after}.` : `${image} cannot stand here${after}.`
}

const startOf = (token: IToken): Location => ({ line: token.startLine!, column: token.startColumn! })
const endOf = (token: IToken | undefined): Location =>
  token === undefined ? { line: 1, column: 1 } : { line: token.endLine!, column: token.endColumn! + 1 }

function statementText(tokens: readonly IToken[], text: string): string {
  return tokens.length === 0 ? text : text.slice(tokens[0]!.startOffset, tokens.at(-1)!.endOffset! + 1)
}

function detail(failed: FailedParse, index: number, { line, column }: Location, expected: Expected): string {
  const { tokens, failure } = failed
  const actual = tokens[index]
  const image = actual?.image ?? '<EOF>'
  if (index === 0 && failed.startRule === 'singleStatement') {
    const near = nearStatement(actual)
    const isForeign = adviceFor({ tokens, index, expected: [] }) !== undefined
    return `Unknown statement '${image}'${near === undefined || isForeign ? '' : `\nDid you mean '${near}'?`}`
  }
  if ((actual === undefined || actual.tokenType === t.Semicolon) && hasOpenBracket(tokens.slice(0, index))) {
    return `Syntax error at or near "${actual === undefined ? image : ';'}"\n'}', ']', or ')' is missing`
  }
  const reserved = reservedAdvice(actual, expected.inRule)
  if (lacksViableRule(failure, tokens, index)) {
    const nearby = `Syntax error at or near '${image}' at line ${line}:${column}`
    return reserved === null ? nearby : `${nearby}\n${reserved}`
  }
  return reserved ?? expectation(failed, index, expected)
}

function hasOpenBracket(tokens: readonly IToken[]): boolean {
  let depth = 0
  for (const { tokenType } of tokens) {
    if (tokenType === t.LeftParenthesis || tokenType === t.LeftBracket) depth++
    if (tokenType === t.RightParenthesis || tokenType === t.RightBracket) depth--
  }
  return depth > 0
}

function reservedAdvice(actual: IToken | undefined, expected: readonly TokenType[]): string | null {
  if (actual === undefined || !t.isReserved(actual.tokenType) || !expected.includes(t.Identifier)) return null
  const word = actual.image
  return `"${word}" is a reserved keyword and it can't be used as an identifier. You can use it as an identifier by escaping it as '${word}' `
}

// ---- No rule left ------------------------------------------------------------------------------------------------------------------

/** Whether ksqlDB was still choosing between rules when it met the token. */
function lacksViableRule(failure: IRecognitionException, tokens: readonly IToken[], index: number): boolean {
  const { ruleStack } = failure.context
  if (ruleStack.includes('selectItem')) return isPrimarySoFar(tokens, index)
  return STATEMENT_CHOICES.has(ruleStack.at(-1) ?? '') && failure.name !== 'NotAllInputParsedException'
}

const ENDS_PRIMARY = new Set<TokenType>([...t.OPERATORS, t.Is, t.In, t.As])

/**
 * `primary->*` starts like any other select item, so the choice between them is open as long as the item may still be a primary: from
 * its second token on, until an operator or an alias.
 */
function isPrimarySoFar(tokens: readonly IToken[], index: number): boolean {
  let depth = 0
  for (let i = index - 1; i >= 0; i--) {
    const { tokenType } = tokens[i]!
    if (tokenType === t.RightParenthesis || tokenType === t.RightBracket) depth++
    else if (tokenType === t.LeftParenthesis || tokenType === t.LeftBracket) depth = Math.max(0, depth - 1)
    else if (depth > 0) continue
    else if (tokenType === t.Select) return i < index - 1
    else if (tokenType === t.Comma && !isInsideBrackets(tokens, i)) return i < index - 1
    else if (ENDS_PRIMARY.has(tokenType) && !isInsideBrackets(tokens, i)) return false
  }
  return false
}

function isInsideBrackets(tokens: readonly IToken[], index: number): boolean {
  const select = tokens.findLastIndex(({ tokenType }, i) => i < index && tokenType === t.Select)
  return hasOpenBracket(tokens.slice(select, index))
}

// ---- What was expected -------------------------------------------------------------------------------------------------------------

function expectedAt(failed: FailedParse, index: number): Expected {
  if (index > MAX_TOKENS_TO_EXPLAIN) return { inRule: [], upToRule: [] }
  return walkTo(failed, index).expected(failed.failure.context.ruleStack.length - 1)
}

/** The grammar's place before the token at `index`. Walking there takes most of the time, so its end is kept. */
function walkTo(failed: FailedParse, index: number): ExpectedTokens {
  const walks = WALKS.get(failed) ?? new Map<number, ExpectedTokens>()
  WALKS.set(failed, walks)
  const known = walks.get(index) ?? walkFromStart(failed, index)
  walks.set(index, known)
  return known.copy()
}

const WALKS = new WeakMap<FailedParse, Map<number, ExpectedTokens>>()

function walkFromStart({ parser, startRule, tokens }: FailedParse, index: number): ExpectedTokens {
  const walk = new ExpectedTokens(parser.getGAstProductions(), startRule)
  for (const token of tokens.slice(0, index)) walk.advance(token)
  return walk
}

function expectation(failed: FailedParse, index: number, { inRule, upToRule }: Expected): string {
  const due = inRule.length === 1 ? inRule[0]! : undefined
  if (due === undefined || due === t.Identifier) return listed(inRule)
  const next = failed.tokens[index + 1]
  if (next !== undefined && tokenMatcher(next, due)) return listed(inRule)
  if (continuesAfter(failed, index, due))
    return `missing ${labelOf(due)} at '${failed.tokens[index]?.image ?? '<EOF>'}'`
  return listed(upToRule)
}

/** Whether the statement would continue well if `due` stood before the token at `index`. */
function continuesAfter(failed: FailedParse, index: number, due: TokenType): boolean {
  const actual = failed.tokens[index]
  if (actual === undefined) return due === t.Semicolon
  const inserted: IToken = { ...actual, tokenType: due, tokenTypeIdx: due.tokenTypeIdx! }
  return walkTo(failed, index).advance(inserted).accepts(actual)
}

/** `{'a', b}` in the order of the vocabulary; nothing if the list is too long to help. A name counts for all the words that are names. */
function listed(expected: readonly TokenType[]): string {
  if (expected.length === 0 || expected.length > 3 || expected.includes(t.Identifier)) return ''
  const labels = inOrder(expected).map(labelOf)
  return `Expecting ${labels.length === 1 ? labels[0] : `{${labels.join(', ')}}`}`
}

/** Marks first, then words, then literals. */
function inOrder(tokens: readonly TokenType[]): TokenType[] {
  const rank = (token: TokenType) =>
    t.VOCABULARY.indexOf(token) - (typeof token.PATTERN === 'string' ? t.VOCABULARY.length : 0)
  return tokens.toSorted((a, b) => rank(a) - rank(b))
}

const labelOf = (token: TokenType): string => (token === EOF ? '<EOF>' : (token.LABEL ?? token.name))

// ---- The hint beside the caret -----------------------------------------------------------------------------------------------------

const MAX_HINTS = 8

const KINDS = new Map<TokenType, string>([
  [t.Identifier, 'a name'],
  [t.StringValue, 'a string'],
  [t.IntegerValue, 'a number'],
  [t.DecimalValue, 'a number'],
  [t.FloatValue, 'a number'],
  [EOF, 'the end'],
])

/** What to do, as far as the place tells it; empty, or with a space before it. */
function hintFor(actual: IToken | undefined, index: number, { upToRule }: Expected): string {
  if (actual?.tokenType === t.Unrecognized) {
    return `'"\``.includes(actual.image.charAt(0)) ? ' this quote is never closed' : ' this has no meaning here'
  }
  if (index === 0 || upToRule.length === 0 || upToRule.length > MAX_HINTS) return ''
  const labels = [...new Set(inOrder(upToRule).map((token) => KINDS.get(token) ?? labelOf(token)))]
  return ` expected ${[...labels.slice(0, -2), labels.slice(-2).join(' or ')].join(', ')}`
}
