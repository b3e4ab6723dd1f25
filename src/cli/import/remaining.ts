/**
 * Which of the recorded statements are still in force: those that a later DROP or TERMINATE has undone are left out, and so is that one. A
 * replaced definition stays before the one that replaces it, since what was made in between may depend on it.
 */
import type { Statement } from '../../sql/ast/statement.ts'
import { parseStatements } from '../../sql/parse.ts'
import type { RecordedCommand } from './recorded-command.ts'
import { refusal } from './refusal.ts'

export interface Remaining {
  readonly command: RecordedCommand
  /** Null: Millrace takes the statement as it is. */
  readonly refusal: string | null
  /** What became of the statement's query. */
  readonly query: 'runs' | 'paused' | 'terminated'
}

interface Known extends Remaining {
  /** Undefined: it cannot be parsed. */
  readonly statement: Statement | undefined
}

/** Source: ksqlDB's `TerminateCluster`. */
const END_OF_CLUSTER = /^\s*TERMINATE\s+CLUSTER\s*;?\s*$/i

export function remaining(commands: readonly RecordedCommand[]): Remaining[] {
  let known: Known[] = []
  for (const command of commands) {
    if (END_OF_CLUSTER.test(command.statement)) known = []
    else known = after(known, command)
  }
  return known.map(({ command, refusal: why, query }) => ({ command, refusal: why, query }))
}

function after(known: readonly Known[], command: RecordedCommand): Known[] {
  const { statement, refusal: why } = understood(command.statement)
  switch (statement?.kind) {
    case 'dropSource':
      return known.filter((one) => nameOf(one) !== statement.name)
    case 'dropType':
      return known.filter(({ statement: other }) => other?.kind !== 'createType' || other.name !== statement.name)
    case 'terminate':
      return known.flatMap((one) => (isOf(one, statement.queryId) ? terminated(one) : [one]))
    case 'pause':
      return known.map((one) => (isOf(one, statement.queryId) ? { ...one, query: 'paused' } : one))
    case 'resume':
      return known.map((one) => (isOf(one, statement.queryId) ? { ...one, query: 'runs' } : one))
    default:
      return [...known, { command, statement, refusal: why, query: 'runs' }]
  }
}

function understood(text: string): Pick<Known, 'statement' | 'refusal'> {
  try {
    const [statement] = parseStatements(text.endsWith(';') ? text : `${text};`)
    return { statement, refusal: statement === undefined ? 'The statement is empty.' : refusal(statement) }
  } catch (error) {
    return { statement: undefined, refusal: (error as Error).message.split('\n')[0]! }
  }
}

/** The source that a statement defines or changes. One that cannot be parsed has it in its command's id. */
function nameOf({ command, statement }: Known): string | undefined {
  switch (statement?.kind) {
    case 'createSource':
    case 'createAs':
    case 'alterSource':
    case 'alterQuery':
      return statement.name
    case undefined: {
      const [, name] = /^(?:stream|table)\/`?(.+?)`?\/create$/.exec(command.id) ?? []
      return name
    }
    default:
      return undefined
  }
}

/** Whether the statement started the query; null: any query. */
const isOf = ({ command }: Known, queryId: string | null): boolean =>
  command.queryId !== null && (queryId === null || command.queryId.toUpperCase() === queryId.toUpperCase())

/** INSERT INTO leaves nothing; CREATE ... AS SELECT leaves its stream or table. */
const terminated = (one: Known): Known[] =>
  one.statement?.kind === 'insertInto' ? [] : [{ ...one, query: 'terminated' }]
