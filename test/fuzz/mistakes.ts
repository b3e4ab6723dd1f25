/**
 * Mistakes as people make them: valid statements of the documentation with a word or mark dropped, doubled, misspelt, or in the place of its
 * neighbour. Each is planned where its statement would run, and nothing is done. A refusal must say where, and what is wrong, once.
 */
import { tokenize } from '../../grammar/tokens.ts'
import { statementKind } from '../../src/cli/statement-kind.ts'
import { StatementFailure } from '../../src/engine/statement-failure.ts'
import { parseStatements } from '../../src/sql/parse.ts'
import { ConnectServer } from '../support/connect/connect-server.ts'
import { examplesOf } from '../support/doc-examples.ts'
import { TestEngine, temporaryDirectory } from '../support/engine.ts'
import { Random } from '../support/random.ts'

const PAGES = ['docs/sql.md', 'README.md']

export interface Mistake {
  readonly sql: string
  /** What the server says; null: the statement is valid all the same. */
  readonly refusal: string | null
  /** What is wrong with the refusal; empty: nothing. */
  readonly faults: readonly string[]
}

export interface MistakeOptions {
  readonly seed: number
  readonly count: number
}

/** Makes `count` mistakes, spread evenly over the statements. */
export async function makeMistakes({ seed, count }: MistakeOptions): Promise<Mistake[]> {
  const random = new Random(seed)
  const mistakes: Mistake[] = []
  const pages = PAGES.map((page) => examplesOf(page).filter(({ isRefused }) => !isRefused))
  const total = pages.flat().length
  let made = 0
  const connect = new ConnectServer()
  const { url } = await connect.start()
  for (const examples of pages) {
    const directory = temporaryDirectory()
    const test = await TestEngine.open(directory.path, { 'ksql.connect.url': url })
    for (const { sql } of examples) {
      made++
      while (mistakes.length < Math.round((count * made) / total)) {
        mistakes.push(await tried(mistaken(sql, random), test))
      }
      await define(sql, test)
    }
    await test.close()
    directory.remove()
  }
  await connect.close()
  return mistakes
}

// ---- Mistakes ----------------------------------------------------------------------------------------------------------------------

/** The statement with one mistake. */
function mistaken(sql: string, random: Random): string {
  const { tokens } = tokenize(sql)
  const parts = tokens.map(({ startOffset, endOffset }) => ({ start: startOffset, end: endOffset! + 1 }))
  const index = random.integer(0, parts.length - 2)
  const [here, next] = [parts[index]!, parts[index + 1]!]
  const text = (part: { readonly start: number; readonly end: number }) => sql.slice(part.start, part.end)
  switch (random.pick(['drop', 'double', 'swap', 'misspell', 'misspell'])) {
    case 'drop':
      return sql.slice(0, here.start) + sql.slice(here.end)
    case 'double':
      return `${sql.slice(0, here.end)} ${text(here)}${sql.slice(here.end)}`
    case 'swap':
      return `${sql.slice(0, here.start)}${text(next)} ${text(here)}${sql.slice(next.end)}`
    default:
      return sql.slice(0, here.start) + misspelt(text(here), random) + sql.slice(here.end)
  }
}

/** A letter too few, too many or another, or two in the wrong order; marks are doubled. */
function misspelt(word: string, random: Random): string {
  if (word.length < 3) return word + word
  const at = random.integer(1, word.length - 2)
  const letter = random.pick([...'aeinrst'])
  switch (random.pick(['fewer', 'more', 'other', 'exchanged'])) {
    case 'fewer':
      return word.slice(0, at) + word.slice(at + 1)
    case 'more':
      return word.slice(0, at) + letter + word.slice(at)
    case 'other':
      return word.slice(0, at) + letter + word.slice(at + 1)
    default:
      return word.slice(0, at) + word[at + 1]! + word[at]! + word.slice(at + 2)
  }
}

// ---- Trying them -------------------------------------------------------------------------------------------------------------------

/** A statement that is always refused, so that none of its request is carried out. */
const REFUSED = 'DROP STREAM no_such_stream_at_all;'

async function tried(sql: string, test: TestEngine): Promise<Mistake> {
  const failure = await failureOf(sql, test)
  if (failure === null) return { sql, refusal: null, faults: [] }
  const refusal = failure.message
  return { sql, refusal, faults: failure.code === 'BAD_STATEMENT' ? faultsOf(refusal) : [] }
}

async function failureOf(sql: string, test: TestEngine): Promise<StatementFailure | null> {
  const kind = statementKind(sql)
  try {
    if (kind === 'query' || kind === 'print') await (await test.engine.openQuery({ sql })).close()
    else await test.execute(`${sql} ${REFUSED}`)
    return null
  } catch (error) {
    if (!(error instanceof StatementFailure)) throw new Error(`not refused as a statement: ${sql}`, { cause: error })
    if (error.code === 'SERVER_ERROR') throw new Error(`a fault of the server: ${sql}`, { cause: error })
    return error.statementText === REFUSED ? null : error
  }
}

/** Carries out what later statements build on. */
async function define(sql: string, test: TestEngine): Promise<void> {
  const [statement] = parseStatements(sql)
  if (/^(create|insertInto|alter|drop)/.test(statement!.kind)) await test.execute(sql)
}

// ---- Judging refusals --------------------------------------------------------------------------------------------------------------

const PLACE = /\bline \d+:\d+|\bLine: \d+, Col: \d+/
/** Words of the program's own, which no user can act on. */
const INTERNAL =
  /KSQL_(AGG_VARIABLE|SYNTH)_|\bundefined\b|\[object|\bNaN\b|class java|is not a function|Cannot read|BareIdentifier|CST\b/

function faultsOf(refusal: string): string[] {
  const [words, ...shown] = refusal.split('\nStatement: ')
  const lines = words!.split('\n')
  const carets = refusal.split('\n').filter((line) => /^\s*\^/.test(line))
  const isBare =
    lines.every((line) => /^(line \d+:\d+: Syntax Error)?$/.test(line)) && !/\^ expected/.test(carets[0] ?? '')
  return [
    PLACE.test(refusal) ? [] : 'it names no place',
    carets.length === 1 ? [] : `it has ${carets.length} carets`,
    isBare || lines.slice(0, -1).some((line) => line.trim() === '') ? 'it has an empty reason' : [],
    shown.filter((text) => !text.startsWith('(')).length === 1 ? [] : `it shows ${shown.length} statements`,
    INTERNAL.test(words!) ? 'it has words of the program' : [],
  ].flat()
}
