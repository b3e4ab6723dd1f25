/** The kinds of statements that the command line tells apart, by where they run. Everything else is left to the server. */
import { splitStatements } from '../sql/split.ts'

export type StatementKind = 'query' | 'print' | 'set' | 'unset' | 'define' | 'undefine' | 'insert' | 'script' | 'other'

const KINDS: Readonly<Record<string, StatementKind>> = {
  SELECT: 'query',
  PRINT: 'print',
  SET: 'set',
  UNSET: 'unset',
  DEFINE: 'define',
  UNDEFINE: 'undefine',
  INSERT: 'insert',
  RUN: 'script',
}

/** The kind by the first word; comments before it are skipped. */
export function statementKind(statement: string): StatementKind {
  const text = splitStatements(statement)[0]?.text ?? ''
  const [word] = /^[A-Za-z]+/.exec(text) ?? ['']
  return KINDS[word.toUpperCase()] ?? 'other'
}
