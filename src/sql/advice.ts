/**
 * What to write instead of a text that does not parse: words of other dialects, and slips such as a comma too many or a misspelt keyword.
 * Each piece of advice is a sentence about the token at which the parser stopped, or undefined where the text does not look like that slip.
 */
import type { IToken, TokenType } from 'chevrotain'
import * as t from '../../grammar/tokens.ts'
import { nearest } from '../suggest.ts'
import { FOREIGN_MARKS, FOREIGN_OBJECTS, FOREIGN_STATEMENTS, FOREIGN_WORDS } from './foreign-words.ts'

/** A place in a statement that the parser could not pass. */
export interface Stop {
  readonly tokens: readonly IToken[]
  /** The token at which the parser stopped; `tokens.length` at the end of the text. */
  readonly index: number
  /** What could stand there. */
  readonly expected: readonly TokenType[]
}

const UNITS = 'MILLISECONDS, SECONDS, MINUTES, HOURS or DAYS'

/** The first advice that fits, or undefined. */
export function adviceFor(stop: Stop): string | undefined {
  for (const advise of ADVISERS) {
    const advice = advise(stop)
    if (advice !== undefined) return advice
  }
  return undefined
}

const wordAt = ({ tokens }: Stop, index: number): string => tokens[index]?.image.toUpperCase() ?? ''
const isAt = ({ tokens }: Stop, index: number, type: TokenType): boolean => tokens[index]?.tokenType === type
const entry = (table: Readonly<Record<string, string>>, word: string): string | undefined =>
  Object.hasOwn(table, word) ? table[word] : undefined

/** The advisers, from the surest sign to the weakest. */
const ADVISERS: readonly ((stop: Stop) => string | undefined)[] = [
  oddCharacter,
  (stop) => (stop.index === 0 ? entry(FOREIGN_STATEMENTS, wordAt(stop, 0)) : undefined),
  foreignObject,
  describeOrder,
  distinct,
  doubledEqualSign,
  doubledToken,
  propertiesWithoutWith,
  emptyList,
  joinClauses,
  clauseOrder,
  fromList,
  duration,
  windowKind,
  constraint,
  castSyntax,
  ifNotExists,
  topicProperty,
  foreignWord,
  commaTooMany,
  unquotedProperty,
  arrayBracket,
  missingExpression,
  typeParameters,
  quotedAlias,
  longName,
  bracketTooMany,
  assignment,
  windowOption,
  quotedDuration,
  missingOperator,
]

const TYPOGRAPHIC = /^[\u2018-\u201f\u2032\u2033\u00ab\u00bb]/

function oddCharacter({ tokens, index }: Stop): string | undefined {
  const token = tokens[index]
  if (token?.tokenType !== t.Unrecognized) return undefined
  const first = token.image.charAt(0)
  if (`'"\``.includes(first)) {
    return `The quote that opens at line ${token.startLine}:${token.startColumn} is never closed: add a ${first} where its text ends.`
  }
  if (TYPOGRAPHIC.test(first)) return `${first} is a typographic quote. Write ' around text and " around names.`
  const mark = entry(FOREIGN_MARKS, token.image)
  if (mark !== undefined) return mark
  return `'${token.image}' has no meaning here. A name with other characters than letters, digits and _ stands in backticks.`
}

function foreignObject(stop: Stop): string | undefined {
  if (stop.index !== 1) return undefined
  const verb = wordAt(stop, 0) === 'LIST' ? 'SHOW' : wordAt(stop, 0)
  const table = Object.hasOwn(FOREIGN_OBJECTS, verb) ? FOREIGN_OBJECTS[verb]! : undefined
  if (table === undefined) return undefined
  const known = entry(table, wordAt(stop, 1))
  if (known !== undefined) return known
  if (verb === 'SHOW' && (stop.index >= stop.tokens.length || isAt(stop, 1, t.Semicolon))) {
    return 'Say what to list: STREAMS, TABLES, TOPICS, QUERIES, FUNCTIONS, TYPES, PROPERTIES or VARIABLES.'
  }
  const name = stop.tokens[1]
  if (verb !== 'DROP' || name === undefined || !(name.tokenType.CATEGORIES ?? []).includes(t.Identifier))
    return undefined
  return `Say what to drop: DROP STREAM ${name.image}; or DROP TABLE ${name.image};`
}

function describeOrder(stop: Stop): string | undefined {
  if (wordAt(stop, 0) !== 'DESCRIBE') return undefined
  const before = wordAt(stop, 1)
  if (before === 'EXTENDED') return 'EXTENDED stands last: DESCRIBE name EXTENDED;'
  return before === 'STREAM' || before === 'TABLE' ? 'Write DESCRIBE name; for a stream and for a table.' : undefined
}

function distinct(stop: Stop): string | undefined {
  return isAt(stop, stop.index, t.Distinct)
    ? 'DISTINCT stands right after SELECT, or first in the brackets of an aggregate: COUNT(DISTINCT x).'
    : undefined
}

function doubledEqualSign(stop: Stop): string | undefined {
  return isAt(stop, stop.index, t.Equal) && isAt(stop, stop.index - 1, t.Equal) ? 'Write = instead of ==.' : undefined
}

function doubledToken(stop: Stop): string | undefined {
  const word = wordAt(stop, stop.index)
  const isDoubled = word !== '' && word !== ',' && word === wordAt(stop, stop.index - 1)
  return isDoubled ? `${stop.tokens[stop.index]!.image} stands here twice.` : undefined
}

/** The properties of a source, or of what a query writes. */
function propertiesWithoutWith(stop: Stop): string | undefined {
  const isProperties = isAt(stop, stop.index, t.LeftParenthesis) && stop.expected.includes(t.With)
  return isProperties && wordAt(stop, 0) === 'CREATE' ? 'WITH is missing before (.' : undefined
}

function emptyList(stop: Stop): string | undefined {
  const { index } = stop
  const isEmpty = isAt(stop, index, t.RightParenthesis) && isAt(stop, index - 1, t.LeftParenthesis)
  return isEmpty && isAt(stop, index - 2, t.In) ? 'IN needs at least one value: x IN (1, 2).' : undefined
}

/** WITHIN behind ON, or where there is no join. */
function joinClauses(stop: Stop): string | undefined {
  if (!isAt(stop, stop.index, t.Within)) return undefined
  const before = stop.tokens.slice(0, stop.index)
  const hasOn = before.findLast(({ tokenType }) => tokenType === t.On || tokenType === t.Join)?.tokenType === t.On
  return hasOn
    ? 'WITHIN stands before ON: a JOIN b WITHIN 1 HOUR ON a.id = b.id.'
    : 'WITHIN belongs to a JOIN of two streams: a JOIN b WITHIN 1 HOUR ON a.id = b.id.'
}

function windowKind(stop: Stop): string | undefined {
  const isKind = isAt(stop, stop.index - 1, t.Window) && stop.expected.includes(t.Tumbling)
  return isKind ? 'A window is TUMBLING, HOPPING, CUMULATE or SESSION: WINDOW TUMBLING (SIZE 1 MINUTE).' : undefined
}

/** Constraints of columns and of tables. */
function constraint(stop: Stop): string | undefined {
  const isColumn = stop.expected.includes(t.Primary) && stop.expected.includes(t.Comma)
  if (isColumn && isAt(stop, stop.index, t.Not)) return 'Columns have no constraints: leave NOT NULL out.'
  const isTable = isAt(stop, stop.index - 3, t.Primary) && isAt(stop, stop.index - 2, t.Key)
  return isTable && isAt(stop, stop.index - 1, t.LeftParenthesis)
    ? 'PRIMARY KEY stands behind the type of its column: (id INT PRIMARY KEY, name STRING).'
    : undefined
}

function castSyntax(stop: Stop): string | undefined {
  const isCast = stop.expected.includes(t.As) && isAt(stop, stop.index, t.Comma)
  const opens = stop.tokens.slice(0, stop.index).some(({ tokenType }) => tokenType === t.Cast)
  return isCast && opens ? 'CAST has no comma: CAST(x AS type).' : undefined
}

function ifNotExists(stop: Stop): string | undefined {
  return isAt(stop, stop.index, t.Exists) && stop.expected.includes(t.Not) && isAt(stop, stop.index - 1, t.If)
    ? 'Write IF NOT EXISTS.'
    : undefined
}

function topicProperty(stop: Stop): string | undefined {
  const isProperty = isAt(stop, stop.index, t.Topic) && isAt(stop, stop.index + 1, t.Equal)
  return isProperty ? "The topic is the property KAFKA_TOPIC: WITH (KAFKA_TOPIC='name', ...)." : undefined
}

/** Clauses in the order in which a query has them. */
const CLAUSES: readonly TokenType[] = [
  t.From,
  t.Window,
  t.Where,
  t.Group,
  t.Partition,
  t.Having,
  t.Qualify,
  t.Order,
  t.Emit,
  t.Limit,
]

function clauseOrder(stop: Stop): string | undefined {
  const place = CLAUSES.indexOf(stop.tokens[stop.index]?.tokenType ?? t.Identifier)
  if (place < 1) return undefined
  const before = stop.tokens.slice(0, stop.index).map(({ tokenType }) => CLAUSES.indexOf(tokenType))
  const later = before.find((other) => other > place)
  if (later !== undefined) return `${labelAt(place)} stands before ${labelAt(later)}.`
  return before.includes(place) ? `${labelAt(place)} can stand only once in a query.` : undefined
}

const labelAt = (place: number): string => {
  const word = CLAUSES[place]!.LABEL!.slice(1, -1)
  return word === 'GROUP' || word === 'PARTITION' || word === 'ORDER' ? `${word} BY` : word
}

function fromList(stop: Stop): string | undefined {
  if (!isAt(stop, stop.index, t.Comma)) return undefined
  const lastClause = stop.tokens
    .slice(0, stop.index)
    .findLast(({ tokenType }) => CLAUSES.includes(tokenType) || tokenType === t.On)
  if (lastClause?.tokenType === t.Limit) return 'LIMIT takes one number.'
  return lastClause?.tokenType === t.From
    ? 'A list of sources is not supported. Write FROM a JOIN b ON a.id = b.id.'
    : undefined
}

function duration(stop: Stop): string | undefined {
  const word = wordAt(stop, stop.index)
  return isAt(stop, stop.index - 1, t.IntegerValue) && stop.expected.includes(t.Minutes)
    ? `A unit of time is due after ${wordAt(stop, stop.index - 1)}${word === '' ? '' : `, not ${word}`}: ${UNITS}.`
    : undefined
}

/** The word may have been read as an alias, so that the parser stopped after it. */
function foreignWord(stop: Stop): string | undefined {
  const here = entry(FOREIGN_WORDS, wordAt(stop, stop.index))
  return here ?? (isName(stop.tokens[stop.index - 1]) ? entry(FOREIGN_WORDS, wordAt(stop, stop.index - 1)) : undefined)
}

const isName = (token: IToken | undefined): boolean =>
  token !== undefined &&
  (token.tokenType === t.BareIdentifier || (token.tokenType.CATEGORIES ?? []).includes(t.Identifier))

const ENDS_LIST = new Set<TokenType>([
  t.From,
  t.RightParenthesis,
  t.RightBracket,
  t.Semicolon,
  t.Where,
  t.Group,
  t.Emit,
  t.Values,
])

function commaTooMany(stop: Stop): string | undefined {
  const token = stop.tokens[stop.index]
  if (!isAt(stop, stop.index - 1, t.Comma)) return undefined
  if (token === undefined || token.tokenType === t.Semicolon) return 'There is a comma too many at the end.'
  return ENDS_LIST.has(token.tokenType) || token.tokenType === t.Comma
    ? `There is a comma too many before ${token.image}.`
    : undefined
}

const BEFORE_EXPRESSION = new Set<TokenType>([
  ...t.OPERATORS,
  t.Where,
  t.Having,
  t.Select,
  t.By,
  t.On,
  t.When,
  t.Then,
  t.Else,
  t.LambdaArrow,
  t.Assign,
])

function missingExpression(stop: Stop): string | undefined {
  const before = stop.tokens[stop.index - 1]
  const here = stop.tokens[stop.index]
  if (before === undefined || !BEFORE_EXPRESSION.has(before.tokenType) || !stop.expected.includes(t.Null))
    return undefined
  const isOdd = here !== undefined && !t.isReserved(here.tokenType) && !ENDS_LIST.has(here.tokenType)
  return isOdd
    ? `An expression is due after ${before.image}, and ${here.image} does not begin one.`
    : `An expression is missing after ${before.image}.`
}

function typeParameters(stop: Stop): string | undefined {
  return isAt(stop, stop.index - 1, t.Decimal) && stop.expected.includes(t.LeftParenthesis)
    ? 'DECIMAL needs a precision and a scale, for instance DECIMAL(9, 2).'
    : undefined
}

function longName(stop: Stop): string | undefined {
  const { index } = stop
  const isName = isAt(stop, index, t.Dot) && isAt(stop, index - 2, t.Dot)
  return isName
    ? 'A name has two parts at most: source.column. A field of a STRUCT is written column->field.'
    : undefined
}

function bracketTooMany(stop: Stop): string | undefined {
  const here = stop.tokens[stop.index]
  if (here?.tokenType !== t.RightParenthesis) return undefined
  const before = stop.tokens.slice(0, stop.index)
  const count = (type: TokenType) => before.filter(({ tokenType }) => tokenType === type).length
  return count(t.LeftParenthesis) === count(t.RightParenthesis) ? 'There is a ) too many.' : undefined
}

function assignment(stop: Stop): string | undefined {
  const opens = stop.tokens
    .slice(0, stop.index)
    .findLast(({ tokenType }) => tokenType === t.Map_ || tokenType === t.Struct)
  if (opens === undefined || !stop.expected.includes(t.Assign)) return undefined
  return opens.tokenType === t.Map_
    ? "A map is written MAP('key' := value, ...)."
    : 'A struct is written STRUCT(name := value, ...).'
}

function arrayBracket(stop: Stop): string | undefined {
  const isArray = isAt(stop, stop.index, t.LeftBracket) && stop.expected.includes(t.Null)
  return isArray ? 'An array is written ARRAY[1, 2].' : undefined
}

function windowOption(stop: Stop): string | undefined {
  return isAt(stop, stop.index, t.Advance) && !stop.expected.includes(t.Advance)
    ? 'ADVANCE BY belongs to a HOPPING window, after a comma: HOPPING (SIZE 1 HOUR, ADVANCE BY 1 MINUTE).'
    : undefined
}

function quotedDuration(stop: Stop): string | undefined {
  const isText = isAt(stop, stop.index, t.StringValue) && stop.expected.includes(t.IntegerValue)
  const isDuration = [t.Size, t.By, t.Within, t.Period, t.Retention].some((type) => isAt(stop, stop.index - 1, type))
  return isText && isDuration ? 'A duration is a number and a unit, without quotes: 1 MINUTE.' : undefined
}

/** Two values side by side. */
function missingOperator(stop: Stop): string | undefined {
  const [before, here] = [stop.tokens[stop.index - 1], stop.tokens[stop.index]]
  if (before === undefined || here === undefined || !stop.expected.includes(t.Equal)) return undefined
  return isValue(before) && isValue(here)
    ? `An operator or a comma is missing between ${before.image} and ${here.image}.`
    : undefined
}

const isValue = (token: IToken): boolean =>
  isName(token) || LITERALS.has(token.tokenType) || token.tokenType === t.RightParenthesis

const LITERALS = new Set<TokenType>([t.StringValue, t.IntegerValue, t.DecimalValue, t.FloatValue])

function quotedAlias(stop: Stop): string | undefined {
  const isAlias = isAt(stop, stop.index, t.StringValue) && isAt(stop, stop.index - 1, t.As)
  return isAlias ? 'An alias is a name: write it bare or in backticks, not in single quotes.' : undefined
}

function unquotedProperty(stop: Stop): string | undefined {
  const isSession = ['SET', 'UNSET', 'DEFINE'].includes(wordAt(stop, 0))
  if (isSession && stop.expected.includes(t.StringValue)) {
    return wordAt(stop, 0) === 'DEFINE'
      ? "The value of a variable stands in single quotes: DEFINE name = '5';"
      : "The name and the value of a property stand in single quotes: SET 'auto.offset.reset' = 'earliest';"
  }
  const isValue =
    isAt(stop, stop.index - 1, t.Equal) &&
    stop.expected.includes(t.StringValue) &&
    !stop.expected.includes(t.Identifier)
  return isValue ? "A property's value is a text in single quotes, such as 'JSON', a number, TRUE or FALSE." : undefined
}

/** The keyword of `expected` that `word` is a slip of; undefined if none is at most two edits, and a third of its length, away. */
export function misspelt(word: string, expected: readonly TokenType[]): TokenType | undefined {
  const keywords = new Map(expected.filter(t.isKeyword).map((token) => [token.LABEL!.slice(1, -1), token]))
  const alike = [...keywords.keys()].filter((keyword) => Math.abs(keyword.length - word.length) < 2)
  const found = nearest(word, alike, { maxEdits: maxEditsOf(word) })
  return found === undefined ? undefined : keywords.get(found)
}

/** How many edits a slip of `word` may have: two, or one in a short word. */
export const maxEditsOf = (word: string): number => (word.length < 4 ? 1 : 2)
