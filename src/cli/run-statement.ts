/** Runs one statement, on the server or in the session, and shows its answer. */
import type { Entity } from '../engine/describe/entities.ts'
import { parseStatements } from '../sql/parse.ts'
import { substituteVariables } from '../sql/variables.ts'
import { ClientError } from './client/client-error.ts'
import { defineVariable, setProperty, undefineVariable, unsetProperty } from './local-statements.ts'
import { counted } from './output/counted.ts'
import { entityText } from './output/entity-text.ts'
import { parsedStatement } from './parsed-statement.ts'
import { queryActivity } from './query-activity.ts'
import type { Run } from './run.ts'
import { runPrint, runQuery } from './run-query.ts'
import { type StatementKind, statementKind } from './statement-kind.ts'
import { undefinedVariables } from './undefined-variables.ts'

/** Throws a ClientError or ParseError for a statement that fails. Resolves also when the user stops it. */
export async function runStatement(statement: string, run: Run): Promise<void> {
  await warnOfVariables(statement, run)
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
  insert: runInsert,
  script: execute,
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
    const answer = apply(parsed!, session, statement)
    // JSON is read by programs: only answers of the server belong there.
    if (answer !== null) await (session.display.format === 'JSON' ? screen.error(answer) : screen.line(answer))
  }
}

/** INSERT has no answer of the server's, so the rows are counted here. */
async function runInsert(statement: string, run: Run): Promise<void> {
  await execute(statement, run)
  const { session, screen } = run
  session.hasInserted = true
  const parsed = parsedStatement(statement, session)
  if (parsed?.kind !== 'insertValues' || session.display.format === 'JSON') return
  await screen.line(`${counted(parsed.rows.length, 'row')} inserted.`)
}

/** A variable that is not defined is sent as it is written, which is seldom meant. */
async function warnOfVariables(statement: string, { session, screen }: Run): Promise<void> {
  for (const name of undefinedVariables(statement, session.variables)) {
    const reference = `\${${name}}`
    await screen.error(
      `WARNING: There is no variable ${name}; ${reference} is sent as it is. DEFINE ${name} = '...'; defines it.`,
    )
  }
}

async function execute(statement: string, { session, screen, signal }: Run): Promise<void> {
  try {
    const entities = await session.client.execute(statement, session.executeOptions(signal))
    for (const entity of entities) {
      if (entity['@type'] === 'currentStatus') session.commandSequenceNumber = entity.commandSequenceNumber
      await screen.page(await shownText(entity, { session, screen, signal }))
    }
  } catch (error) {
    throw withPipeliningAdvice(error)
  }
}

async function shownText(entity: Entity, { session, screen, signal }: Run): Promise<string> {
  if (session.display.format === 'JSON') return JSON.stringify(entity, null, 2)
  const isLive = entity['@type'] === 'queries' && screen.drawsBars
  const activity = isLive
    ? await queryActivity(
        entity.queries.map(({ id }) => id),
        session.client,
        signal,
      )
    : null
  return `\n${entityText(entity, screen.width, activity)}`
}

/** Error 50301: an earlier command has not been executed yet. */
function withPipeliningAdvice(error: unknown): unknown {
  if (!(error instanceof ClientError) || error.errorCode !== 50301) return error
  return new ClientError(
    `${error.message}\nAn earlier statement is still being executed. To send statements without waiting for earlier ones: request-pipelining ON`,
    { status: error.status, errorCode: error.errorCode, cause: error },
  )
}
