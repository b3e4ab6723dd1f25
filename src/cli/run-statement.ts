/** Runs one statement, on the server or in the session, and shows its answer. */
import type { Scheduled } from '../clock.ts'
import type { Statement } from '../sql/ast.ts'
import { parseStatements } from '../sql/parse.ts'
import { substituteVariables } from '../sql/variables.ts'
import type { Session } from './cli-session.ts'
import type { Header, RequestOptions } from './client/client.ts'
import { ClientError } from './client/client-error.ts'
import { defineVariable, setProperty, undefineVariable, unsetProperty } from './local-statements.ts'
import { entityText } from './output/entity-text.ts'
import { ResultView } from './output/result-view.ts'
import { resultColumns } from './output/schema-text.ts'
import type { Screen } from './output/screen.ts'
import { type StatementKind, statementKind } from './statement-kind.ts'
import { undefinedVariables } from './undefined-variables.ts'

/** The surroundings of a statement. */
export interface Run {
  readonly session: Session
  readonly screen: Screen
  /** Aborted when the user stops the statement. */
  readonly signal: AbortSignal
}

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
  const [parsed] = parsedStatement(statement, session)
  if (parsed?.kind !== 'insertValues' || session.display.format === 'JSON') return
  await screen.line(`${rowCount(parsed.rows.length)} inserted.`)
}

/** The statement, or nothing if it cannot be parsed: the server then says why. */
function parsedStatement(statement: string, { variables }: Session): readonly Statement[] {
  try {
    return parseStatements(substituteVariables(statement, variables))
  } catch {
    return []
  }
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
      const text =
        session.display.format === 'JSON' ? JSON.stringify(entity, null, 2) : `\n${entityText(entity, screen.width)}`
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
  const { session } = run
  return session.display.format === 'JSON' ? runJsonQuery(statement, run) : runTableQuery(statement, run)
}

async function runJsonQuery(statement: string, run: Run): Promise<void> {
  let rows = 0
  await untilStopped(run, async (options) => {
    for await (const element of run.session.client.query(statement, options)) {
      if (element.kind === 'notice') await run.screen.error(`WARNING: ${element.message}`)
      else await run.screen.line(element.text)
      if (element.kind === 'row' && ++rows === run.session.rowLimit) return
    }
  })
}

/** Shows the rows, then how many they were and why the query ended. */
async function runTableQuery(statement: string, run: Run): Promise<void> {
  const { session, screen } = run
  const { timer } = session
  const startedAt = timer.elapsed()
  const [parsed] = parsedStatement(statement, session)
  const isPush = parsed?.kind === 'query' && parsed.query.emit !== null
  if (isPush) await screen.hint(STOP_HINT)
  const waiting = isPush ? adviseWhenEmpty(run) : null
  let view: ResultView | null = null
  let rows = 0
  let ending = ''
  try {
    const cut = await untilStopped(run, async (options) => {
      for await (const element of session.client.query(statement, options)) {
        if (element.kind === 'header') view = openView(element.header, run)
        if (element.kind === 'finalMessage') ending = ENDINGS[element.message] ?? `${element.message} `
        if (element.kind === 'notice') await screen.error(`WARNING: ${element.message}`)
        if (element.kind !== 'row') continue
        waiting?.cancel()
        await view!.row(element)
        if (++rows !== session.rowLimit) continue
        ending = 'Row limit reached: '
        return
      }
    })
    if (cut !== null) ending = CUTS[cut]
  } finally {
    waiting?.cancel()
    await endView(view)
  }
  const time = session.display.isTiming ? ` in ${durationText(timer.elapsed() - startedAt)}` : ''
  await screen.line(`${ending}${rowCount(rows)}${time}.`)
}

const openView = ({ schema }: Header, { session, screen }: Run): ResultView =>
  new ResultView(resultColumns(schema), session.display, { screen, timer: session.timer })

const endView = async (view: ResultView | null): Promise<void> => view?.end()

/** Beginnings of the last line by the final message of the server. */
const ENDINGS: Readonly<Record<string, string>> = { 'Query Completed': '', 'Limit Reached': 'Limit reached: ' }
const CUTS = { stopped: 'Stopped: ', timeout: 'Time limit reached: ' } as const

const STOP_HINT = 'Press Ctrl-C to stop.'

const rowCount = (rows: number): string => `${rows.toLocaleString('en-US')} ${rows === 1 ? 'row' : 'rows'}`

function durationText(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`
}

/** How long a push query may be silent before its user is told what it waits for. */
const SILENCE_MS = 3000

/** Tells the user of a push query without rows that it reads new records only, if that is so. */
function adviseWhenEmpty({ session, screen, signal }: Run): Scheduled {
  const advise = async () => {
    const entities = await session.client.execute('SHOW PROPERTIES;', session.executeOptions(signal))
    const properties = entities.flatMap((entity) => (entity['@type'] === 'properties' ? entity.properties : []))
    const reset = properties.find(({ name }) => name === 'ksql.streams.auto.offset.reset')
    if (reset?.value === 'latest') await screen.hint(LATEST_HINT)
  }
  return session.timer.after(SILENCE_MS, () => void advise().catch(() => {}), { background: true })
}

const LATEST_HINT =
  "Waiting for new records: auto.offset.reset is 'latest'. To begin with the oldest: SET 'auto.offset.reset' = 'earliest';"

async function runPrint(statement: string, run: Run): Promise<void> {
  const { session, screen } = run
  await screen.hint(STOP_HINT)
  await untilStopped(run, async (options) => {
    for await (const line of session.client.print(statement, options)) await screen.line(line)
  })
  await screen.line('Topic printing ceased')
}

/**
 * Runs `work` until it ends, the user stops it, or the session's time limit for queries is over. Resolves to what cut it; null: it has ended
 * by itself.
 */
async function untilStopped(
  { session, signal }: Run,
  work: (options: RequestOptions) => Promise<void>,
): Promise<keyof typeof CUTS | null> {
  const timeout = new AbortController()
  const { timeoutMs, timer } = session
  const pending = timeoutMs === null ? null : timer.after(timeoutMs, () => timeout.abort())
  try {
    await work(session.queryOptions(AbortSignal.any([signal, timeout.signal])))
    return null
  } catch (error) {
    if (signal.aborted) return 'stopped'
    if (timeout.signal.aborted) return 'timeout'
    throw error
  } finally {
    pending?.cancel()
  }
}
