/** Completion with Tab: what can stand at the cursor, by the words before it and the names that the server knows. */
import { readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname } from 'node:path'
import { type KnownNames, type NamedSource, NO_NAMES, withNames } from '../../engine/describe/known-names.ts'
import type { Client } from '../client/client.ts'
import { ROW_WRITERS } from '../output/row-writer.ts'
import { COMMANDS } from './built-in-commands.ts'
import { KEYWORDS } from './keywords.ts'
import { STATEMENT_NAMES } from './statement-help.ts'

/** Completes words; the server's names are cached until `invalidate`. */
export class Completion {
  readonly #client: () => Client
  #names: Promise<KnownNames> | null = null

  constructor(client: () => Client) {
    this.#client = client
  }

  /** Drops the cached names, because a statement may have changed them. */
  invalidate(): void {
    this.#names = null
  }

  /** The words that can complete `line`, and the part of the word that has been typed. `pending`: the lines of the statement before it. */
  async complete(line: string, pending: string): Promise<[candidates: string[], part: string]> {
    const path = /^\s*(?:run\s+script|spool)\s+'?([^']*)$/i.exec(line)
    if (pending === '' && path !== null) return [filesFor(path[1]!), path[1]!]
    this.#names ??= loadNames(this.#client())
    const before = pending === '' ? line : `${pending}\n${line}`
    return completions(before, await this.#names)
  }
}

/** What can complete a statement that ends at the cursor, and the part of the word that has been typed. */
export function completions(before: string, names: KnownNames): [candidates: string[], part: string] {
  const statement = before.slice(before.lastIndexOf(';') + 1)
  const inQuote = /^(?:[^']|'[^']*')*'([^']*)$/.exec(statement)
  const [part = ''] = inQuote === null ? (/[A-Za-z0-9_`.-]*$/.exec(statement) ?? []) : [inQuote[1]]
  const words = statement.slice(0, statement.length - part.length).toUpperCase()
  for (const { after, offers } of inQuote === null ? CONTEXTS : QUOTED_CONTEXTS) {
    if (after.test(words)) return [candidates(offers(names), part), part]
  }
  const qualified = /^(`?[\w@]+`?)\.(\w*)$/.exec(part)
  if (inQuote === null && qualified !== null) {
    const [, qualifier, column] = qualified
    return [candidates(columnsOf(qualifier!, statement, names), column!), column!]
  }
  if (inQuote === null && part === '' && COLUMN_PLACES.test(words))
    return [candidates(columnsIn(statement, names), ''), part]
  if (inQuote !== null || part === '') return [[], part]
  if (words.trim() === '') return [candidates([...STATEMENT_WORDS, ...COMMANDS.map(({ name }) => name)], part), part]
  return [candidates([...KEYWORDS, ...functions(names), ...columnsIn(statement, names)], part), part]
}

/** The words that begin with `part`, each once, in the case that the user types; all of them where nothing has been typed. */
export function candidates(words: readonly string[], part: string): string[] {
  const isLower = part !== '' && part === part.toLowerCase()
  const found = words
    .filter((word) => word.toLowerCase().startsWith(part.toLowerCase()))
    .map((word) => (isLower && !word.startsWith('`') ? word.toLowerCase() : word))
  return [...new Set(found)].sort()
}

interface Context {
  /** Matches the words before the one at the cursor, in upper case, with the blank behind them. */
  readonly after: RegExp
  readonly offers: (names: KnownNames) => readonly string[]
}

const STATEMENT_WORDS = [...new Set(STATEMENT_NAMES.map((name) => name.split(' ')[0]!))]
const sources = (names: KnownNames, kind?: NamedSource['kind']) =>
  names.sources.filter((source) => kind === undefined || source.kind === kind).map(({ name }) => name)
const functions = (names: KnownNames) => names.functions.map(({ name }) => name)

const SHOWN = [
  'STREAMS',
  'TABLES',
  'QUERIES',
  'TOPICS',
  'ALL TOPICS',
  'TYPES',
  'FUNCTIONS',
  'PROPERTIES',
  'VARIABLES',
  'CONNECTORS',
  'CONNECTOR PLUGINS',
  'SECRETS',
  'INDEXES',
]
const WITH_PROPERTIES = [
  'KAFKA_TOPIC',
  'KEY_FORMAT',
  'VALUE_FORMAT',
  'FORMAT',
  'PARTITIONS',
  'REPLICAS',
  'RETENTION_MS',
  'TIMESTAMP',
  'TIMESTAMP_FORMAT',
  'VALUE_DELIMITER',
  'KEY_DELIMITER',
  'VALUE_REGEX',
  'VALUE_GROK',
  'VALUE_GROK_PATTERNS',
  'VALUE_CSV_HEADER',
  'WRAP_SINGLE_VALUE',
  'WINDOW_TYPE',
  'WINDOW_SIZE',
  'ON_ERROR',
  'DEAD_LETTER_TOPIC',
]

/** The first that matches decides. */
const CONTEXTS: readonly Context[] = [
  { after: /^\s*HELP\s+$/, offers: () => [...STATEMENT_NAMES, ...COMMANDS.map(({ name }) => name)] },
  { after: /^\s*\\D[ST]?\s+$/, offers: (names) => sources(names) },
  { after: /^\s*\\DQ\s+$/, offers: ({ queries }) => queries },
  { after: /^\s*\\DF\s+$/, offers: functions },
  { after: /^\s*\.MODE\s+$/, offers: () => ['table', 'line', ...Object.keys(ROW_WRITERS)] },
  { after: /^\s*\\COPY\s+$/, offers: (names) => sources(names) },
  { after: /^\s*(?:SHOW|LIST)\s+$/, offers: () => SHOWN },
  { after: /^\s*(?:SHOW|LIST)\s+(?:STREAMS|TABLES|QUERIES|(?:ALL\s+)?TOPICS)\s+$/, offers: () => ['EXTENDED'] },
  { after: /^\s*DROP\s+$/, offers: () => ['STREAM', 'TABLE', 'TYPE', 'INDEX', 'CONNECTOR', 'SECRET'] },
  { after: /^\s*(?:DROP|ALTER)\s+STREAM\s+(?:IF\s+EXISTS\s+)?$/, offers: (names) => sources(names, 'stream') },
  { after: /^\s*(?:DROP|ALTER)\s+TABLE\s+(?:IF\s+EXISTS\s+)?$/, offers: (names) => sources(names, 'table') },
  { after: /^\s*DROP\s+TYPE\s+(?:IF\s+EXISTS\s+)?$/, offers: ({ types }) => types },
  { after: /^\s*CREATE\s+INDEX\s+(?:IF\s+NOT\s+EXISTS\s+)?\S+\s+ON\s+$/, offers: (names) => sources(names, 'table') },
  { after: /^\s*DESCRIBE\s+FUNCTION\s+$/, offers: functions },
  { after: /^\s*DESCRIBE\s+$/, offers: (names) => [...sources(names), 'FUNCTION'] },
  { after: /^\s*(?:TERMINATE|PAUSE|RESUME)\s+$/, offers: ({ queries }) => [...queries, 'ALL'] },
  { after: /^\s*EXPLAIN\s+(?:ANALYZE\s+)?$/, offers: ({ queries }) => [...queries, 'ANALYZE', 'SELECT', 'CREATE'] },
  { after: /^\s*PRINT\s+$/, offers: ({ topics }) => topics },
  { after: /\bWITH\s*\((?:[^()']|'[^']*')*(?:\(|,)?\s*$/, offers: () => WITH_PROPERTIES },
  { after: /\b(?:FROM|JOIN|INTO)\s+$/, offers: (names) => sources(names) },
]

const QUOTED_CONTEXTS: readonly Context[] = [
  { after: /^\s*(?:SET|UNSET)\s+'$/, offers: ({ properties }) => properties },
  { after: /AUTO\.OFFSET\.RESET'\s*=\s*'$/, offers: () => ['earliest', 'latest'] },
  { after: /\bKAFKA_TOPIC\s*=\s*'$/, offers: ({ topics }) => topics },
  { after: /^\s*PRINT\s+'$/, offers: ({ topics }) => topics },
  { after: /FORMAT\s*=\s*'$/, offers: () => ['JSON', 'DELIMITED', 'CSV', 'LINE', 'REGEX', 'GROK', 'KAFKA', 'NONE'] },
]

/** Words behind which columns stand. A comma between two columns is not among them: in WITH and CREATE it is followed by others. */
const COLUMN_PLACES = /\b(?:WHERE|AND|OR|ON|BY|HAVING)\s+$/

/** Columns of the source whose name or alias is `qualifier`. */
function columnsOf(qualifier: string, statement: string, names: KnownNames): string[] {
  const wanted = qualifier.replaceAll('`', '').toUpperCase()
  const aliased = [...statement.matchAll(/\b(?:FROM|JOIN)\s+`?(\w+)`?\s+(?:AS\s+)?`?(\w+)`?/gi)]
  const source = (aliased.find(([, , alias]) => alias!.toUpperCase() === wanted)?.[1] ?? wanted).toUpperCase()
  return columnNames(names.sources.filter(({ name }) => name.toUpperCase() === source).slice(0, 1))
}

/** Columns of the sources that the statement names; of all sources where it names none yet. */
function columnsIn(statement: string, names: KnownNames): string[] {
  const words = new Set(statement.toUpperCase().match(/[A-Z0-9_]+/g) ?? [])
  const named = names.sources.filter(({ name }) => words.has(name.toUpperCase()))
  return columnNames(named.length === 0 ? names.sources : named)
}

const columnNames = (sources: readonly NamedSource[]): string[] =>
  sources.flatMap(({ columns }) => columns.map(({ name }) => name))

/** Paths that begin as the user has typed, with a slash after those of directories. */
function filesFor(typed: string): string[] {
  const path = typed.replace(/^~(?=\/)/, homedir())
  const directory = path.endsWith('/') ? path : dirname(path)
  const shown = typed.slice(0, typed.lastIndexOf('/') + 1)
  try {
    return readdirSync(path === '' ? '.' : directory, { withFileTypes: true })
      .map((entry) => `${shown}${entry.name}${entry.isDirectory() ? '/' : ''}`)
      .filter((name) => name.startsWith(typed))
      .sort()
  } catch {
    return []
  }
}

/** No names if the server does not answer in time. */
async function loadNames(client: Client): Promise<KnownNames> {
  const signal = AbortSignal.timeout(2000)
  try {
    const entities = await client.execute(
      'SHOW STREAMS EXTENDED; SHOW TABLES EXTENDED; SHOW FUNCTIONS; SHOW ALL TOPICS; SHOW QUERIES; SHOW TYPES; SHOW PROPERTIES;',
      { signal },
    )
    return entities.reduce(withNames, NO_NAMES)
  } catch {
    return NO_NAMES
  }
}
