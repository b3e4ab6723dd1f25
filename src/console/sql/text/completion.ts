/** What may be written at a place: the words that the grammar takes there, and the names that the server knows. */
import { ExpectedTokens } from '../../../../grammar/expected.ts'
import { StatementGrammar } from '../../../../grammar/statements.ts'
import { Identifier, isKeyword, Semicolon, tokenize } from '../../../../grammar/tokens.ts'
import type { KnownNames, NamedSource } from '../../../engine/describe/known-names.ts'

export interface Suggestion {
  readonly label: string
  readonly kind: 'keyword' | 'source' | 'column' | 'function' | 'topic' | 'query' | 'property' | 'value' | 'type'
  /** A few words beside the label. */
  readonly detail?: string
  /** Text that is written instead of the label. */
  readonly insert?: string
}

export interface Completion {
  /** Offset at which the word begins that is replaced. */
  readonly from: number
  readonly suggestions: readonly Suggestion[]
}

/** What may stand at the end of `before`, the text up to the cursor. */
export function complete(before: string, names: KnownNames): Completion {
  const { start, inQuote } = statementStart(before)
  const statement = before.slice(start)
  const part = (inQuote === null ? /[A-Za-z0-9_`$]*$/ : /[^']*$/).exec(statement)![0]
  const from = before.length - part.length
  const words = statement.slice(0, statement.length - part.length)
  const found = inQuote === null ? atWord(words, statement, names) : inQuotes(words, names)
  return { from, suggestions: matching(found, part) }
}

/** Where the statement at the end of `text` begins, and whether the end is inside a string of it. */
function statementStart(text: string): { start: number; inQuote: string | null } {
  const { tokens } = tokenize(text)
  const last = tokens.findLast(({ tokenType }) => tokenType === Semicolon)
  const start = last === undefined ? 0 : last.endOffset! + 1
  const code = text.slice(start).replace(/--[^\n]*/g, '')
  return { start, inQuote: (code.match(/'/g)?.length ?? 0) % 2 === 1 ? "'" : null }
}

// ---- Outside of strings ------------------------------------------------------------------------------------------------------------

function atWord(words: string, statement: string, names: KnownNames): Suggestion[] {
  const upper = words.toUpperCase()
  const [context] = CONTEXTS.filter(({ after }) => after.test(upper))
  const expected = expectedAfter(words)
  const named = context?.offers(names) ?? (expected.takesName ? valuesIn(statement, words, names) : [])
  return [...named, ...expected.keywords.map((label): Suggestion => ({ label, kind: 'keyword' }))]
}

interface Context {
  /** Matches the words before the cursor, in upper case, with the blank behind them. */
  readonly after: RegExp
  readonly offers: (names: KnownNames) => readonly Suggestion[]
}

const sourcesOf = ({ sources }: KnownNames, kind?: NamedSource['kind']): Suggestion[] =>
  sources
    .filter((source) => kind === undefined || source.kind === kind)
    .map((source) => ({ label: source.name, kind: 'source', detail: source.kind }))

const queriesOf = ({ queries }: KnownNames): Suggestion[] => queries.map((label) => ({ label, kind: 'query' }))

const PROPERTIES: readonly Suggestion[] = [
  ['KAFKA_TOPIC', 'the topic of its records'],
  ['VALUE_FORMAT', 'JSON, AVRO, PROTOBUF, DELIMITED, ...'],
  ['KEY_FORMAT', 'KAFKA by default'],
  ['FORMAT', 'of key and value'],
  ['PARTITIONS', 'of a topic that is made'],
  ['REPLICAS', 'of a topic that is made'],
  ['RETENTION_MS', 'of a topic that is made'],
  ['TIMESTAMP', 'column of the event time'],
  ['TIMESTAMP_FORMAT', 'of a timestamp that is a text'],
  ['WINDOW_TYPE', 'TUMBLING, HOPPING, SESSION'],
  ['WINDOW_SIZE', 'of windowed keys'],
  ['VALUE_DELIMITER', 'of DELIMITED'],
  ['WRAP_SINGLE_VALUE', 'true or false'],
].map(([label, detail]) => ({ label: label!, kind: 'property', detail: detail!, insert: `${label}=` }))

/** The first that matches decides which names stand there. */
const CONTEXTS: readonly Context[] = [
  { after: /\b(?:DROP|ALTER)\s+STREAM\s+(?:IF\s+EXISTS\s+)?$/, offers: (names) => sourcesOf(names, 'stream') },
  { after: /\b(?:DROP|ALTER)\s+TABLE\s+(?:IF\s+EXISTS\s+)?$/, offers: (names) => sourcesOf(names, 'table') },
  { after: /\bDESCRIBE\s+FUNCTION\s+$/, offers: ({ functions }) => functions.map(functionName) },
  { after: /\b(?:FROM|JOIN|INTO|DESCRIBE)\s+$/, offers: sourcesOf },
  { after: /\b(?:TERMINATE|PAUSE|RESUME)\s+$/, offers: queriesOf },
  { after: /\bEXPLAIN\s+(?:ANALYZE\s+)?$/, offers: queriesOf },
  {
    after: /\bPRINT\s+$/,
    offers: ({ topics }) => topics.map((label) => ({ label, kind: 'topic', insert: quotedTopic(label) })),
  },
  { after: /\bWITH\s*\((?:[^()']|'[^']*')*$/, offers: () => PROPERTIES },
  { after: /\b(?:STREAM|TABLE|TYPE)\s+(?:IF\s+NOT\s+EXISTS\s+)?$/, offers: () => [] },
]

const quotedTopic = (name: string): string => (/^[A-Za-z_]\w*$/.test(name) ? name : `'${name}'`)

const functionName = ({ name, kind }: KnownNames['functions'][number]): Suggestion => ({
  label: name,
  kind: 'function',
  detail: kind.toLowerCase(),
})

/** Columns of the sources that the statement names, and functions. */
function valuesIn(statement: string, words: string, { sources, functions, types }: KnownNames): Suggestion[] {
  const qualifier = /(\w+)\.$/.exec(words)?.[1]?.toUpperCase()
  const named = sources.filter(({ name }) => nameIn(statement, name))
  const aliased = named.filter(
    ({ name }) => qualifier === name.toUpperCase() || nameIn(statement, `${name}\\s+(?:AS\\s+)?${qualifier}`),
  )
  const readable = qualifier !== undefined && aliased.length > 0 ? aliased : named.length > 0 ? named : sources
  const columns = readable.flatMap(({ name, columns }) =>
    columns.map((column): Suggestion => ({ label: column.name, kind: 'column', detail: `${column.type} of ${name}` })),
  )
  if (qualifier !== undefined) return columns
  const calls = functions.map((one): Suggestion => ({ ...functionName(one), insert: `${one.name}(` }))
  return [...columns, ...calls, ...types.map((label): Suggestion => ({ label, kind: 'type' }))]
}

/** `pattern`: a name, or an expression that begins with one. */
const nameIn = (statement: string, pattern: string): boolean => new RegExp(`\\b${pattern}\\b`, 'i').test(statement)

// ---- The grammar -------------------------------------------------------------------------------------------------------------------

let rules: ReturnType<StatementGrammar['getGAstProductions']> | undefined

/** Beyond this the walk along the tokens takes longer than a keystroke may. */
const MOST_TOKENS = 300

function expectedAfter(words: string): { keywords: string[]; takesName: boolean } {
  rules ??= new StatementGrammar().getGAstProductions()
  const expected = new ExpectedTokens(rules, 'singleStatement')
  const { tokens } = tokenize(words)
  if (tokens.length > MOST_TOKENS) return { keywords: [], takesName: true }
  for (const token of tokens) expected.advance(token)
  const next = expected.tokens()
  const keywords = next.filter(isKeyword).map((token) => token.LABEL!.slice(1, -1))
  return { keywords: [...new Set(keywords)], takesName: next.includes(Identifier) }
}

// ---- In strings --------------------------------------------------------------------------------------------------------------------

const values = (...labels: readonly string[]): Suggestion[] => labels.map((label) => ({ label, kind: 'value' }))

const QUOTED_CONTEXTS: readonly Context[] = [
  { after: /AUTO\.OFFSET\.RESET'\s*=\s*'$/, offers: () => values('earliest', 'latest') },
  {
    after: /FORMAT\s*=\s*'$/,
    offers: () =>
      values('JSON', 'AVRO', 'PROTOBUF', 'JSON_SR', 'DELIMITED', 'CSV', 'LINE', 'REGEX', 'GROK', 'KAFKA', 'NONE'),
  },
  {
    after: /(?:KAFKA_TOPIC\s*=|\bPRINT)\s*'$/,
    offers: ({ topics }) => topics.map((label) => ({ label, kind: 'topic' })),
  },
  {
    after: /^\s*(?:SET|UNSET)\s+'$/,
    offers: ({ properties }) => properties.map((label) => ({ label, kind: 'property' })),
  },
]

function inQuotes(words: string, names: KnownNames): readonly Suggestion[] {
  const upper = words.toUpperCase()
  return QUOTED_CONTEXTS.find(({ after }) => after.test(upper))?.offers(names) ?? []
}

/** Suggestions that begin as the user has typed, each once, words in the case that the user types. */
function matching(suggestions: readonly Suggestion[], part: string): Suggestion[] {
  const typed = part.replaceAll('`', '').toLowerCase()
  const isLower = part !== '' && part === part.toLowerCase()
  const byLabel = new Map<string, Suggestion>()
  for (const suggestion of suggestions) {
    if (!suggestion.label.toLowerCase().startsWith(typed) || byLabel.has(suggestion.label)) continue
    byLabel.set(
      suggestion.label,
      isLower && suggestion.kind !== 'topic' && suggestion.kind !== 'query' ? inLower(suggestion) : suggestion,
    )
  }
  return [...byLabel.values()]
}

const inLower = ({ label, insert, ...rest }: Suggestion): Suggestion => ({
  ...rest,
  label: rest.kind === 'value' ? label : label.toLowerCase(),
  ...(insert !== undefined && { insert: insert.toLowerCase() }),
})
