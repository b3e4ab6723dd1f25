/**
 * What to write instead of a text that does not parse: words of other dialects, and slips such as a comma too many or a misspelt keyword.
 * Each piece of advice is a sentence about the token at which the parser stopped, or undefined where the text does not look like that slip.
 */
import type { IToken, TokenType } from 'chevrotain'
import * as t from '../../grammar/tokens.ts'
import { nearest } from '../suggest.ts'

/** A place in a statement that the parser could not pass. */
export interface Stop {
  readonly tokens: readonly IToken[]
  /** The token at which the parser stopped; `tokens.length` at the end of the text. */
  readonly index: number
  /** What could stand there. */
  readonly expected: readonly TokenType[]
}

const IN_STEPS = 'Give it a name, CREATE STREAM x AS SELECT ...;, and read FROM x.'
const NO_SQL_TRANSACTIONS =
  "There are no transactions in SQL. SET 'processing.guarantee' = 'exactly_once_v2'; makes the work of a query transactional."
const NO_RIGHTS = 'Rights are not managed in SQL. They belong to the configuration of the server and of Kafka.'
const NO_DATABASES = 'There are no databases: a server has one set of streams and tables.'
const NO_SET_OPERATION =
  'is not supported. To merge streams, create one with CREATE STREAM ... AS SELECT and add the others with INSERT INTO ... SELECT.'
const NO_VIEW =
  'There are no views. CREATE TABLE name AS SELECT ...; keeps its result up to date as a materialized view does.'

/** Words that begin statements of other dialects. */
const FOREIGN_STATEMENTS: Readonly<Record<string, string>> = {
  UPDATE:
    "There is no UPDATE. A table keeps the newest row of each key, so insert the row again: INSERT INTO items (item, price) VALUES ('pen', 2);",
  DELETE: 'There is no DELETE. To delete a row of a table, write a tombstone: millrace produce items --tombstone pen',
  TRUNCATE:
    'There is no TRUNCATE. Drop the source with its topic, DROP STREAM name DELETE TOPIC;, and create it again.',
  MERGE: 'There is no MERGE. A table keeps the newest row of each key: INSERT INTO name VALUES (...); replaces it.',
  UPSERT: 'There is no UPSERT. A table keeps the newest row of each key: INSERT INTO name VALUES (...); replaces it.',
  REPLACE: 'There is no REPLACE. A table keeps the newest row of each key: INSERT INTO name VALUES (...); replaces it.',
  USE: NO_DATABASES,
  BEGIN: NO_SQL_TRANSACTIONS,
  COMMIT: NO_SQL_TRANSACTIONS,
  ROLLBACK: NO_SQL_TRANSACTIONS,
  GRANT: NO_RIGHTS,
  REVOKE: NO_RIGHTS,
  DESC: 'Write DESCRIBE instead of DESC.',
  WITH: `WITH x AS (SELECT ...) is not supported. ${IN_STEPS}`,
  KILL: 'Write TERMINATE instead of KILL: TERMINATE query_id;',
  STOP: 'Write PAUSE query_id; to hold a query up, or TERMINATE query_id; to end it.',
  START: 'Write RESUME query_id; to continue a paused query.',
  COPY: 'There is no COPY. To load a file, run: millrace produce name file',
}

/** Words that follow CREATE, DROP or SHOW in other dialects. */
const FOREIGN_OBJECTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  CREATE: {
    VIEW: NO_VIEW,
    MATERIALIZED: NO_VIEW,
    INDEX: 'There are no indexes: a table is looked up by its key.',
    DATABASE: NO_DATABASES,
    SCHEMA: NO_DATABASES,
    TOPIC:
      "A topic is created with its stream: CREATE STREAM name (...) WITH (KAFKA_TOPIC='topic', PARTITIONS=1, VALUE_FORMAT='JSON');",
    FUNCTION: 'Functions cannot be created in SQL.',
    TEMPORARY: 'There are no temporary tables. A SELECT ... EMIT CHANGES; runs without a table.',
  },
  DROP: {
    VIEW: 'There are no views. Write DROP TABLE name;',
    INDEX: 'There are no indexes.',
    DATABASE: NO_DATABASES,
    TOPIC: 'A topic is deleted with its source: DROP STREAM name DELETE TOPIC;',
    QUERY: 'Write TERMINATE query_id;',
  },
  SHOW: {
    STREAM: 'Write SHOW STREAMS; or, for one stream, DESCRIBE name;',
    TABLE: 'Write SHOW TABLES; or, for one table, DESCRIBE name;',
    TOPIC: 'Write SHOW TOPICS;',
    QUERY: 'Write SHOW QUERIES; or, for one query, EXPLAIN query_id;',
    FUNCTION: 'Write SHOW FUNCTIONS; or, for one function, DESCRIBE FUNCTION name;',
    TYPE: 'Write SHOW TYPES;',
    PROPERTY: 'Write SHOW PROPERTIES;',
    COLUMNS: 'Write DESCRIBE name; to see the columns of a source.',
    CREATE: 'Write DESCRIBE name EXTENDED; to see the statement that created a source.',
    DATABASES: NO_DATABASES,
    SCHEMAS: NO_DATABASES,
    VIEWS: 'There are no views. Write SHOW TABLES;',
  },
}

/** Marks and words inside of statements of other dialects. */
const FOREIGN_WORDS: Readonly<Record<string, string>> = {
  UNION: `UNION ${NO_SET_OPERATION}`,
  INTERSECT: 'INTERSECT is not supported. A JOIN finds the rows that two sources share.',
  EXCEPT: 'EXCEPT is not supported. A LEFT JOIN with IS NULL finds the rows without a match.',
  ILIKE: "ILIKE is not supported. Write LCASE(x) LIKE 'text%'.",
  RLIKE: "RLIKE is not supported. Write REGEXP_EXTRACT('pattern', x) IS NOT NULL.",
  REGEXP: "REGEXP is not supported. Write REGEXP_EXTRACT('pattern', x) IS NOT NULL.",
  SIMILAR: "SIMILAR TO is not supported. Write REGEXP_EXTRACT('pattern', x) IS NOT NULL.",
  ORDER: 'ORDER BY is not supported: a stream has no end to sort at. TOPK(x, n) keeps the greatest values of a group.',
  OFFSET: 'OFFSET is not supported. LIMIT n ends the query after n rows.',
  FETCH: 'FETCH is not supported. Write LIMIT n.',
  OVER: 'Window functions (OVER) are not supported. Write WINDOW TUMBLING (SIZE 1 MINUTE) with GROUP BY.',
  QUALIFY: 'QUALIFY is not supported. HAVING filters groups.',
  CROSS: 'CROSS JOIN is not supported. Write a JOIN b ON a.id = b.id.',
  NATURAL: 'NATURAL JOIN is not supported. Write a JOIN b ON a.id = b.id.',
  USING: 'USING is not supported. Write ON a.id = b.id.',
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
  subquery,
  emptyList,
  clauseOrder,
  fromList,
  duration,
  foreignWord,
  commaTooMany,
  unquotedProperty,
  missingExpression,
  typeParameters,
  quotedAlias,
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
  if (!isAt(stop, stop.index, t.Distinct)) return undefined
  if (isAt(stop, stop.index - 1, t.Select))
    return 'SELECT DISTINCT is not supported. GROUP BY x gives one row for each x.'
  return wordAt(stop, stop.index - 2) === 'COUNT'
    ? 'COUNT(DISTINCT x) is not supported. Write COUNT_DISTINCT(x).'
    : undefined
}

function doubledEqualSign(stop: Stop): string | undefined {
  return isAt(stop, stop.index, t.Equal) && isAt(stop, stop.index - 1, t.Equal) ? 'Write = instead of ==.' : undefined
}

function subquery(stop: Stop): string | undefined {
  const opensHere = isAt(stop, stop.index, t.LeftParenthesis) && isAt(stop, stop.index + 1, t.Select)
  const isInside = isAt(stop, stop.index, t.Select) && isAt(stop, stop.index - 1, t.LeftParenthesis)
  return opensHere || isInside ? `A SELECT inside of a statement is not supported. ${IN_STEPS}` : undefined
}

function emptyList(stop: Stop): string | undefined {
  const { index } = stop
  const isEmpty = isAt(stop, index, t.RightParenthesis) && isAt(stop, index - 1, t.LeftParenthesis)
  return isEmpty && isAt(stop, index - 2, t.In) ? 'IN needs at least one value: x IN (1, 2).' : undefined
}

/** Clauses in the order in which a query has them. */
const CLAUSES: readonly TokenType[] = [t.From, t.Window, t.Where, t.Group, t.Partition, t.Having, t.Emit, t.Limit]

function clauseOrder(stop: Stop): string | undefined {
  const place = CLAUSES.indexOf(stop.tokens[stop.index]?.tokenType ?? t.Identifier)
  if (place < 1) {
    return isAt(stop, stop.index, t.Within)
      ? 'WITHIN belongs to a JOIN of two streams: a JOIN b WITHIN 1 HOUR ON a.id = b.id.'
      : undefined
  }
  const before = stop.tokens.slice(0, stop.index).map(({ tokenType }) => CLAUSES.indexOf(tokenType))
  const later = before.find((other) => other > place)
  if (later !== undefined) return `${labelAt(place)} stands before ${labelAt(later)}.`
  return before.includes(place) ? `${labelAt(place)} can stand only once in a query.` : undefined
}

const labelAt = (place: number): string => {
  const word = CLAUSES[place]!.LABEL!.slice(1, -1)
  return word === 'GROUP' || word === 'PARTITION' ? `${word} BY` : word
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
  return (
    here ??
    (isAt(stop, stop.index - 1, t.BareIdentifier) ? entry(FOREIGN_WORDS, wordAt(stop, stop.index - 1)) : undefined)
  )
}

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
  t.Plus,
  t.Minus,
  t.Asterisk,
  t.Slash,
  t.Percent,
  t.ConcatMark,
  t.Equal,
  t.NotEqual,
  t.Less,
  t.Greater,
  t.LessOrEqual,
  t.GreaterOrEqual,
  t.And,
  t.Or,
  t.Not,
  t.Like,
  t.Between,
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
