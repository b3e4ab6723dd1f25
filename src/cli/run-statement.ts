/** Runs one statement, on the server or in the session, and shows its answer. */
import { parseStatements } from '../sql/parse.ts'
import { substituteVariables } from '../sql/variables.ts'
import type { Session } from './cli-session.ts'
import type { QueryElement, RequestOptions } from './client/client.ts'
import { ClientError } from './client/client-error.ts'
import { defineVariable, setProperty, undefineVariable, unsetProperty } from './local-statements.ts'
import { entityText } from './output/entity-text.ts'
import { RowTable } from './output/row-table.ts'
import { columnNames } from './output/schema-text.ts'
import type { Screen } from './output/screen.ts'
import { type StatementKind, statementKind } from './statement-kind.ts'

/** The surroundings of a statement. */
export interface Run {
  readonly session: Session
  readonly screen: Screen
  /** Aborted when the user stops the statement. */
  readonly signal: AbortSignal
}

/** Throws a ClientError or ParseError for a statement that fails. Resolves also when the user stops it. */
export async function runStatement(statement: string, run: Run): Promise<void> {
  try {
    await RUNNERS[statementKind(statement)](statement, run)
  } catch (error) {
    if (!run.signal.aborted) throw error
  }
}

const RUNNERS: Readonly<Record<StatementKind, (statement: string, run: Run) => Promise<void>>> = {
  query: runQuery,
  print: runPrint,
  set: runSet,
  unset: local(unsetProperty),
  define: local(defineVariable),
  undefine: local(undefineVariable),
  other: execute,
}

/** The server checks the property before the session keeps it: a wrong one would make each later statement fail. */
async function runSet(statement: string, run: Run): Promise<void> {
  const { session, signal } = run
  await session.client.execute(statement, { variables: Object.fromEntries(session.variables), signal })
  await local(setProperty)(statement, run)
}

function local(apply: typeof setProperty) {
  return async (statement: string, { session, screen }: Run): Promise<void> => {
    const [parsed] = parseStatements(substituteVariables(statement, session.variables))
    const answer = apply(parsed!, session)
    // JSON is read by programs: only answers of the server belong there.
    if (answer !== null) await (session.display.format === 'JSON' ? screen.error(answer) : screen.line(answer))
  }
}

async function execute(statement: string, { session, screen, signal }: Run): Promise<void> {
  try {
    const entities = await session.client.execute(statement, session.executeOptions(signal))
    for (const entity of entities) {
      if (entity['@type'] === 'currentStatus') session.commandSequenceNumber = entity.commandSequenceNumber
      const text =
        session.display.format === 'JSON'
          ? JSON.stringify(entity, null, 2)
          : `\n${entityText(entity, screen.listWidth)}`
      await screen.line(text)
    }
  } catch (error) {
    throw withPipeliningAdvice(error)
  }
}

/** Error 50301: an earlier command has not been executed yet. */
function withPipeliningAdvice(error: unknown): unknown {
  if (!(error instanceof ClientError) || error.errorCode !== 50301) return error
  return new ClientError(
    `${error.message}\nAn earlier statement is still being executed. To send statements without waiting for earlier ones: request-pipelining ON`,
    { status: error.status, errorCode: error.errorCode, cause: error },
  )
}

async function runQuery(statement: string, run: Run): Promise<void> {
  const { session, screen } = run
  const isJson = session.display.format === 'JSON'
  const show = isJson ? showJson(screen) : showTable(run)
  await untilStopped(run, async (options) => {
    let rows = 0
    for await (const element of session.client.query(statement, options)) {
      await show(element)
      if (element.kind === 'row' && ++rows === session.rowLimit) return
    }
  })
  if (!isJson) await screen.line('Query terminated')
}

async function runPrint(statement: string, run: Run): Promise<void> {
  const { session, screen } = run
  await untilStopped(run, async (options) => {
    for await (const line of session.client.print(statement, options)) await screen.line(line)
  })
  await screen.line('Topic printing ceased')
}

/** Runs `work` until it ends, the user stops it, or the session's time limit for queries is over. */
async function untilStopped({ session, signal }: Run, work: (options: RequestOptions) => Promise<void>): Promise<void> {
  const timeout = new AbortController()
  const { timeoutMs, timer } = session
  const pending = timeoutMs === null ? null : timer.after(timeoutMs, () => timeout.abort())
  try {
    await work(session.queryOptions(AbortSignal.any([signal, timeout.signal])))
  } catch (error) {
    if (!signal.aborted && !timeout.signal.aborted) throw error
  } finally {
    pending?.cancel()
  }
}

const showJson =
  (screen: Screen) =>
  ({ text }: QueryElement): Promise<void> =>
    screen.line(text)

/** Shows rows in a table, which the header defines. */
function showTable({ session, screen }: Run): (element: QueryElement) => Promise<void> {
  let table: RowTable | null = null
  return (element) => {
    switch (element.kind) {
      case 'header':
        table = new RowTable({
          names: columnNames(element.header.schema),
          terminalWidth: screen.width,
          columnWidth: session.display.columnWidth,
          isWrapping: session.display.isWrapping,
        })
        return screen.line(table.header())
      case 'row':
        return screen.line(element.tombstone ? table!.tombstone(element.columns) : table!.row(element.columns))
      case 'finalMessage':
        return screen.line(element.message)
    }
  }
}
