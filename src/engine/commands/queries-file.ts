/** `ksql.queries.file`: which statements a file for a server without a command log may hold. Source: ksqlDB's `StandaloneExecutor`. */
import { StatementError } from '../../errors.ts'
import type { Statement } from '../../sql/ast/statement.ts'
import type { Config } from '../config/config.ts'

/** Path of the file; undefined: statements come over HTTP. */
export function queriesFile(config: Config): string | undefined {
  const path = config.get('ksql.queries.file')
  return path === undefined || path.trim() === '' ? undefined : path
}

const ALLOWED: Readonly<Partial<Record<Statement['kind'], string>>> = {
  createSource: 'CREATE STREAM, CREATE TABLE',
  createAs: 'CREATE STREAM AS SELECT, CREATE TABLE AS SELECT',
  insertInto: 'INSERT INTO ... SELECT',
  createType: 'CREATE TYPE',
  set: 'SET',
  unset: 'UNSET',
}
const QUERIES: ReadonlySet<Statement['kind']> = new Set(['createAs', 'insertInto'])

/** Throws StatementError for a statement that such a file cannot hold, and for a file without a query. */
export function checkQueriesFile(path: string, statements: readonly Statement[]): void {
  const wrong = statements.find(({ kind }) => ALLOWED[kind] === undefined)
  if (wrong !== undefined) {
    throw new StatementError(`${path} may hold these statements only: ${Object.values(ALLOWED).join(', ')}.`, {
      location: wrong.location,
      statement: wrong.text,
    })
  }
  if (statements.some(({ kind }) => QUERIES.has(kind))) return
  throw new StatementError(
    `The SQL file does not contain any persistent queries. i.e. it contains no 'INSERT INTO', 'CREATE TABLE x AS SELECT' or 'CREATE STREAM x AS SELECT' style statements. File: ${path}`,
  )
}

/** Kinds of statements that change something without the command log. */
const WRITES: ReadonlySet<Statement['kind']> = new Set([
  'insertValues',
  'createConnector',
  'dropConnector',
  'pauseConnector',
  'resumeConnector',
  'alterConnector',
  'createSecret',
  'dropSecret',
])

export const writesElsewhere = ({ kind }: Statement): boolean => WRITES.has(kind)

/** Why a server with such a file takes no statement that changes anything. */
export const onlyFromFile = (path: string): string =>
  `This server runs the statements of ${path} (ksql.queries.file), and takes none over HTTP that change anything. Change the file, and restart its servers.`
