// The words and marks of the language. A lexer of few patterns finds words; which of them are keywords is then looked up in a map. That
// keeps both the start-up (each pattern costs) and the reading fast, and makes every keyword case-insensitive.

import { createToken, createTokenInstance, type ILexingError, type IToken, Lexer, type TokenType } from 'chevrotain'

// ---- Words -------------------------------------------------------------------------------------------------------------------------

/** Stands for every word that can be a name: bare, quoted, and all keywords that are not reserved. */
export const Identifier = createToken({ name: 'Identifier', pattern: Lexer.NA, label: 'identifier' })

export const BareIdentifier = createToken({
  name: 'BareIdentifier',
  pattern: /[A-Za-z_][A-Za-z0-9_@]*/,
  categories: Identifier,
  label: 'IDENTIFIER',
})
export const DigitIdentifier = createToken({
  name: 'DigitIdentifier',
  pattern: /[0-9][A-Za-z0-9_@]*[A-Za-z_@][A-Za-z0-9_@]*/,
  categories: Identifier,
  label: 'DIGIT_IDENTIFIER',
})
export const QuotedIdentifier = createToken({
  name: 'QuotedIdentifier',
  pattern: /"(?:[^"]|"")*"/,
  categories: Identifier,
  label: 'QUOTED_IDENTIFIER',
  line_breaks: true,
})
export const BackQuotedIdentifier = createToken({
  name: 'BackQuotedIdentifier',
  pattern: /`(?:[^`]|``)*`/,
  categories: Identifier,
  label: 'BACKQUOTED_IDENTIFIER',
  line_breaks: true,
})
/** `${name}`: replaced before parsing; one that is still here has no value, and stands for a name. */
export const VariableReference = createToken({
  name: 'VariableReference',
  pattern: /\$\{[A-Za-z_][A-Za-z0-9_@]*\}/,
  categories: Identifier,
  label: 'VARIABLE',
})

// ---- Keywords ----------------------------------------------------------------------------------------------------------------------

const keywords = new Map<string, TokenType>()
const RESERVED = new Set<TokenType>()

/** Upper case as the language writes it; the token's name only differs so that it is a valid rule member: `SELECT` -> `Select`. */
function keyword(word: string, categories: TokenType[]): TokenType {
  const name = word.charAt(0) + word.slice(1).toLowerCase()
  const token = createToken({ name, pattern: Lexer.NA, label: `'${word}'`, categories })
  keywords.set(word, token)
  return token
}

/** A keyword that cannot be a bare name. */
function reserved(word: string): TokenType {
  const token = keyword(word, [])
  RESERVED.add(token)
  return token
}

/** A keyword that is also an ordinary name. */
function unreserved(word: string): TokenType {
  return keyword(word, [Identifier])
}

export const Select = reserved('SELECT')
export const From = reserved('FROM')
export const As = reserved('AS')
export const All = reserved('ALL')
export const Distinct = reserved('DISTINCT')
export const Where = reserved('WHERE')
export const Within = reserved('WITHIN')
export const Window = reserved('WINDOW')
export const Group = reserved('GROUP')
export const By = reserved('BY')
export const Having = reserved('HAVING')
export const Limit = reserved('LIMIT')
export const At = reserved('AT')
export const Or = reserved('OR')
export const And = reserved('AND')
export const In = reserved('IN')
export const Not = reserved('NOT')
export const Exists = reserved('EXISTS')
export const Between = reserved('BETWEEN')
export const Like = reserved('LIKE')
export const Is = reserved('IS')
export const Null = reserved('NULL')
export const True = reserved('TRUE')
export const False = reserved('FALSE')
export const Millisecond = reserved('MILLISECOND')
export const Years = reserved('YEARS')
export const Months = reserved('MONTHS')
export const Days = reserved('DAYS')
export const Hours = reserved('HOURS')
export const Minutes = reserved('MINUTES')
export const Seconds = reserved('SECONDS')
export const Milliseconds = reserved('MILLISECONDS')
export const Tumbling = reserved('TUMBLING')
export const Hopping = reserved('HOPPING')
export const Size = reserved('SIZE')
export const Advance = reserved('ADVANCE')
export const Retention = reserved('RETENTION')
export const Case = reserved('CASE')
export const When = reserved('WHEN')
export const Then = reserved('THEN')
export const Else = reserved('ELSE')
export const End = reserved('END')
export const Join = reserved('JOIN')
export const Full = reserved('FULL')
export const Outer = reserved('OUTER')
export const Inner = reserved('INNER')
export const Left = reserved('LEFT')
export const Right = reserved('RIGHT')
export const On = reserved('ON')
export const With = reserved('WITH')
export const Values = reserved('VALUES')
export const Create = reserved('CREATE')
export const Table = reserved('TABLE')
export const Topic = reserved('TOPIC')
export const Stream = reserved('STREAM')
export const Streams = reserved('STREAMS')
export const Insert = reserved('INSERT')
export const Delete = reserved('DELETE')
export const Into = reserved('INTO')
export const Describe = reserved('DESCRIBE')
export const Extended = reserved('EXTENDED')
export const Print = reserved('PRINT')
export const Cast = reserved('CAST')
export const List = reserved('LIST')
export const Topics = reserved('TOPICS')
export const Query = reserved('QUERY')
export const Queries = reserved('QUERIES')
export const Terminate = reserved('TERMINATE')
export const Pause = reserved('PAUSE')
export const Resume = reserved('RESUME')
export const Load = reserved('LOAD')
export const Drop = reserved('DROP')
export const To = reserved('TO')
export const Rename = reserved('RENAME')
export const Sample = reserved('SAMPLE')
export const Export = reserved('EXPORT')
export const Catalog = reserved('CATALOG')
export const Properties = reserved('PROPERTIES')
export const Beginning = reserved('BEGINNING')
export const Unset = reserved('UNSET')
export const Run = reserved('RUN')
export const Script = reserved('SCRIPT')
export const Decimal = reserved('DECIMAL')
export const Connector = reserved('CONNECTOR')
export const Connectors = reserved('CONNECTORS')
export const Namespace = reserved('NAMESPACE')
export const Materialized = reserved('MATERIALIZED')
export const View = reserved('VIEW')

export const Show = unreserved('SHOW')
export const Tables = unreserved('TABLES')
export const Columns = unreserved('COLUMNS')
export const Column = unreserved('COLUMN')
export const Partitions = unreserved('PARTITIONS')
export const Partition = unreserved('PARTITION')
export const Functions = unreserved('FUNCTIONS')
export const Function_ = unreserved('FUNCTION')
export const Session = unreserved('SESSION')
export const Struct = unreserved('STRUCT')
export const Map_ = unreserved('MAP')
export const Array_ = unreserved('ARRAY')
export const Integer = unreserved('INTEGER')
export const Date_ = unreserved('DATE')
export const Time = unreserved('TIME')
export const Timestamp = unreserved('TIMESTAMP')
export const Interval = unreserved('INTERVAL')
export const Zone = unreserved('ZONE')
export const String_ = unreserved('STRING')
export const Year = unreserved('YEAR')
export const Month = unreserved('MONTH')
export const Day = unreserved('DAY')
export const Hour = unreserved('HOUR')
export const Minute = unreserved('MINUTE')
export const Second = unreserved('SECOND')
export const Explain = unreserved('EXPLAIN')
export const Analyze = unreserved('ANALYZE')
export const Type = unreserved('TYPE')
export const Types = unreserved('TYPES')
export const Set_ = unreserved('SET')
export const Reset = unreserved('RESET')
export const If = unreserved('IF')
export const Source = unreserved('SOURCE')
export const Sink = unreserved('SINK')
export const Secret = unreserved('SECRET')
export const Secrets = unreserved('SECRETS')
export const Index = unreserved('INDEX')
export const Indexes = unreserved('INDEXES')
export const Primary = unreserved('PRIMARY')
export const Key = unreserved('KEY')
export const Emit = unreserved('EMIT')
export const Changes = unreserved('CHANGES')
export const Final = unreserved('FINAL')
export const Escape = unreserved('ESCAPE')
export const Replace = unreserved('REPLACE')
export const Assert = unreserved('ASSERT')
export const Alter = unreserved('ALTER')
export const Add = unreserved('ADD')
export const Header = unreserved('HEADER')
export const Headers = unreserved('HEADERS')
export const Grace = unreserved('GRACE')
export const Period = unreserved('PERIOD')
export const Define = unreserved('DEFINE')
export const Undefine = unreserved('UNDEFINE')
export const Variables = unreserved('VARIABLES')
export const Plugins = unreserved('PLUGINS')
export const System = unreserved('SYSTEM')
export const Timeout = unreserved('TIMEOUT')
export const Schema = unreserved('SCHEMA')
export const Subject = unreserved('SUBJECT')
export const Id = unreserved('ID')
export const No = unreserved('NO')
export const Error_ = unreserved('ERROR')
export const Mock = unreserved('MOCK')
export const Apply = unreserved('APPLY')
export const Rollback = unreserved('ROLLBACK')
export const Aggregate = unreserved('AGGREGATE')
export const Returns = unreserved('RETURNS')
export const Language = unreserved('LANGUAGE')
export const Deterministic = unreserved('DETERMINISTIC')
export const Strict = unreserved('STRICT')
export const State = unreserved('STATE')
export const Variadic = unreserved('VARIADIC')
export const Default = unreserved('DEFAULT')
export const Lambda = unreserved('LAMBDA')
export const Union = unreserved('UNION')
export const Intersect = unreserved('INTERSECT')
export const Except = unreserved('EXCEPT')
export const Qualify = unreserved('QUALIFY')
export const Over = unreserved('OVER')
export const Filter = unreserved('FILTER')
export const Order = unreserved('ORDER')
export const Asc = unreserved('ASC')
export const Desc = unreserved('DESC')
export const Nulls = unreserved('NULLS')
export const First = unreserved('FIRST')
export const Last = unreserved('LAST')
export const Offset = unreserved('OFFSET')
export const Rows = unreserved('ROWS')
export const Range = unreserved('RANGE')
export const Unbounded = unreserved('UNBOUNDED')
export const Preceding = unreserved('PRECEDING')
export const Following = unreserved('FOLLOWING')
export const Current = unreserved('CURRENT')
export const Row_ = unreserved('ROW')
export const Grouping_ = unreserved('GROUPING')
export const Sets = unreserved('SETS')
export const Ttl = unreserved('TTL')
export const Processing = unreserved('PROCESSING')
export const Cumulate = unreserved('CUMULATE')
export const Step = unreserved('STEP')
export const Asof = unreserved('ASOF')

// ---- Literals ----------------------------------------------------------------------------------------------------------------------

/** A quote inside is doubled; there are no backslash escapes; it may span lines. */
export const StringValue = createToken({
  name: 'StringValue',
  pattern: /'(?:[^']|'')*'/,
  label: 'STRING',
  line_breaks: true,
})
/**
 * `$$text$$` or `$tag$text$tag$`: a string literal without escapes, in which variables are not replaced. An opening or closing `$$` has no `{`
 * after it, since `$${name}` is an escaped variable.
 */
export const DollarString = createToken({
  name: 'DollarString',
  pattern: /\$(?:\$(?!\{)[\s\S]*?\$\$(?!\{)|([A-Za-z_][A-Za-z0-9_]*)\$[\s\S]*?\$\1\$)/,
  categories: StringValue,
  label: 'DOLLAR_STRING',
  start_chars_hint: ['$'],
  line_breaks: true,
})
export const FloatValue = createToken({
  name: 'FloatValue',
  pattern: /(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)[eE][+-]?[0-9]+(?![A-Za-z0-9_@])/,
  label: 'FLOATING_POINT_VALUE',
})
export const DecimalValue = createToken({
  name: 'DecimalValue',
  pattern: /[0-9]+\.[0-9]*|\.[0-9]+/,
  label: 'DECIMAL_VALUE',
})
export const IntegerValue = createToken({ name: 'IntegerValue', pattern: /[0-9]+/, label: 'INTEGER_VALUE' })

// ---- Marks -------------------------------------------------------------------------------------------------------------------------

const mark = (name: string, text: string): TokenType => createToken({ name, pattern: text, label: `'${text}'` })

export const LambdaArrow = mark('LambdaArrow', '=>')
export const FieldArrow = mark('FieldArrow', '->')
export const Assign = mark('Assign', ':=')
export const ConcatMark = mark('ConcatMark', '||')
export const NotEqual = createToken({ name: 'NotEqual', pattern: /<>|!=/, label: "'<>'" })
export const LessOrEqual = mark('LessOrEqual', '<=')
export const GreaterOrEqual = mark('GreaterOrEqual', '>=')
export const Less = mark('Less', '<')
export const Greater = mark('Greater', '>')
export const Equal = mark('Equal', '=')
export const Plus = mark('Plus', '+')
export const Minus = mark('Minus', '-')
export const Asterisk = mark('Asterisk', '*')
export const Slash = mark('Slash', '/')
export const Percent = mark('Percent', '%')
export const Dot = mark('Dot', '.')
export const Comma = mark('Comma', ',')
export const LeftParenthesis = mark('LeftParenthesis', '(')
export const RightParenthesis = mark('RightParenthesis', ')')
export const LeftBracket = mark('LeftBracket', '[')
export const RightBracket = mark('RightBracket', ']')
export const Semicolon = mark('Semicolon', ';')

// ---- Passed over -------------------------------------------------------------------------------------------------------------------

const WhiteSpace = createToken({ name: 'WhiteSpace', pattern: /[ \t\r\n]+/, group: Lexer.SKIPPED, line_breaks: true })
const LineComment = createToken({ name: 'LineComment', pattern: /--[^\r\n]*/, group: 'comments' })
const BlockComment = createToken({
  name: 'BlockComment',
  pattern: /\/\*[\s\S]*?\*\//,
  group: 'comments',
  line_breaks: true,
})
/** Any other characters: no rule takes them, so they are reported where they stand, as a syntax error. */
export const Unrecognized = createToken({ name: 'Unrecognized', pattern: Lexer.NA })

/** Longer before shorter where one starts with the other. */
const PATTERNS = [
  WhiteSpace,
  LineComment,
  BlockComment,
  BareIdentifier,
  FloatValue,
  DecimalValue,
  DigitIdentifier,
  IntegerValue,
  StringValue,
  QuotedIdentifier,
  BackQuotedIdentifier,
  VariableReference,
  DollarString,
  LambdaArrow,
  FieldArrow,
  Assign,
  ConcatMark,
  NotEqual,
  LessOrEqual,
  GreaterOrEqual,
  Less,
  Greater,
  Equal,
  Plus,
  Minus,
  Asterisk,
  Slash,
  Percent,
  Dot,
  Comma,
  LeftParenthesis,
  RightParenthesis,
  LeftBracket,
  RightBracket,
  Semicolon,
]

/** Every token a rule can name, for the parser. */
export const VOCABULARY: TokenType[] = [Identifier, ...keywords.values(), ...PATTERNS, Unrecognized]

export const isReserved = (token: TokenType): boolean => RESERVED.has(token)
export const isKeyword = (token: TokenType): boolean => keywords.get(token.LABEL?.slice(1, -1) ?? '') === token
/** Marks and words between two expressions, or before one. */
export const OPERATORS: readonly TokenType[] = [
  Plus,
  Minus,
  Asterisk,
  Slash,
  Percent,
  ConcatMark,
  Equal,
  NotEqual,
  Less,
  Greater,
  LessOrEqual,
  GreaterOrEqual,
  And,
  Or,
  Not,
  Like,
  Between,
]

/** Whether `word`, of any case, is a keyword that cannot be a bare name. */
export function isReservedWord(word: string): boolean {
  const token = keywords.get(word.toUpperCase())
  return token !== undefined && RESERVED.has(token)
}
/** All reserved words, upper case. */
export const RESERVED_WORDS: readonly string[] = [...keywords]
  .filter(([, token]) => RESERVED.has(token))
  .map(([word]) => word)

let lexer: Lexer | undefined

export interface Tokens {
  readonly tokens: IToken[]
  /** In the order they stand in; directives of test scripts are comments too. */
  readonly comments: readonly IToken[]
}

/**
 * The tokens of `text`, with lines and columns from 1 and offsets from 0. An unclosed quote or any other odd character becomes an
 * `Unrecognized` token. Never fails.
 */
export function tokenize(text: string): Tokens {
  lexer ??= new Lexer(PATTERNS, { positionTracking: 'full', skipValidations: true })
  const { tokens, groups, errors } = lexer.tokenize(text)
  for (const token of tokens) {
    if (token.tokenType === BareIdentifier) markKeyword(token)
  }
  return { tokens: withUnrecognized(tokens, errors, text), comments: groups['comments'] ?? [] }
}

function markKeyword(token: IToken): void {
  const found = keywords.get(token.image.toUpperCase())
  if (found === undefined) return
  token.tokenType = found
  token.tokenTypeIdx = found.tokenTypeIdx!
}

/** What the lexer passed over, put back as tokens. */
function withUnrecognized(tokens: IToken[], errors: readonly ILexingError[], text: string): IToken[] {
  if (errors.length === 0) return tokens
  const odd = errors.map(({ offset, length, line, column }) => {
    const end = offset + length - 1
    const image = text.slice(offset, offset + length)
    return createTokenInstance(Unrecognized, image, offset, end, line!, line!, column!, column! + length - 1)
  })
  return [...tokens, ...odd].sort((a, b) => a.startOffset - b.startOffset)
}
