/** What the command line itself must know of a statement: where it goes. Everything else is the server's to judge. */
import { splitStatements } from '../sql/split.ts'

export type StatementKind = 'query' | 'print' | 'set' | 'unset' | 'define' | 'undefine' | 'other'

const KINDS: Readonly<Record<string, StatementKind>> = {
  SELECT: 'query',
  PRINT: 'print',
  SET: 'set',
  UNSET: 'unset',
  DEFINE: 'define',
  UNDEFINE: 'undefine',
}

/** By the first word; comments before it are passed over. */
export function statementKind(statement: string): StatementKind {
  const text = splitStatements(statement)[0]?.text ?? ''
  const [word] = /^[A-Za-z]+/.exec(text) ?? ['']
  return KINDS[word.toUpperCase()] ?? 'other'
}
