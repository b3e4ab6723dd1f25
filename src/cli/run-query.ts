/** SELECT and PRINT: rows or lines until the query ends, the user stops it, or a limit of the session is reached. */
import type { Scheduled } from '../clock.ts'
import type { Session } from './cli-session.ts'
import type { QueryElement } from './client/client.ts'
import { liveKey } from './live-key.ts'
import { counted } from './output/counted.ts'
import { LiveView } from './output/live-view.ts'
import { ResultView } from './output/result-view.ts'
import { type RowView, textView } from './output/row-view.ts'
import { type ResultColumn, resultColumns } from './output/schema-text.ts'
import { parsedStatement } from './parsed-statement.ts'
import type { Run } from './run.ts'

export async function runQuery(statement: string, run: Run): Promise<void> {
  const { session } = run
  return session.display.format === 'JSON' ? runJsonQuery(statement, run) : runTableQuery(statement, run)
}

async function runJsonQuery(statement: string, run: Run): Promise<void> {
  const { session } = run
  let rows = 0
  await untilStopped(run, async (stop) => {
    for await (const element of session.client.query(statement, session.selectOptions(stop))) {
      if (element.kind === 'notice') await run.screen.error(`WARNING: ${element.message}`)
      else await run.screen.line(element.text)
      if (element.kind === 'row' && ++rows === session.rowLimit) return
    }
  })
}

/** Shows the rows, then how many they were and why the query ended. */
async function runTableQuery(statement: string, run: Run): Promise<void> {
  const { session, screen } = run
  const { timer, display } = session
  const startedAt = timer.elapsed()
  const isLive = display.isLive && display.rowForm === null && screen.isTerminal
  const key = isLive ? await liveKey(statement, session, session.queryOptions(run.signal)) : null
  const answer = new TableAnswer(run, key)
  const advice = isPush(statement, session) ? await announcePush(run, answer) : null
  let cut: Cut | null = null
  try {
    cut = await untilStopped(run, (stop) => answer.show(session.client.query(statement, session.selectOptions(stop))))
  } finally {
    advice?.cancel()
    await answer.end()
  }
  const time = display.isTiming ? ` in ${durationText(timer.elapsed() - startedAt)}` : ''
  const ending = `${cut === null ? answer.ending : CUTS[cut]}${counted(answer.rows, 'row')}${time}.`
  // Text in a form for programs should hold rows alone.
  await (display.rowForm === null ? screen.line(ending) : screen.hint(ending))
}

/** The answer of one query as a table or as records. */
class TableAnswer {
  readonly #run: Run
  readonly #key: readonly string[] | null
  #view: RowView | null = null
  rows = 0
  /** Begins the line about the end, where the number of rows is not all there is to say. */
  ending = ''

  /** `key`: columns by whose values rows are drawn over; null: each row has its own place. */
  constructor(run: Run, key: readonly string[] | null) {
    this.#run = run
    this.#key = key
  }

  /** Resolves at the end of the answer, or when the session's limit of rows is reached. */
  async show(elements: AsyncIterable<QueryElement>): Promise<void> {
    const { session, screen } = this.#run
    for await (const element of elements) {
      switch (element.kind) {
        case 'header':
          this.#view = this.#viewFor(resultColumns(element.header.schema))
          break
        case 'row':
          await this.#view!.row(element)
          if (++this.rows !== session.rowLimit) break
          this.ending = 'Row limit reached: '
          return
        case 'notice':
          await screen.error(`WARNING: ${element.message}`)
          break
        case 'finalMessage':
          this.ending = ENDINGS[element.message] ?? `${element.message} `
      }
    }
  }

  #viewFor(columns: readonly ResultColumn[]): RowView {
    const { screen, session } = this.#run
    const { display, timer } = session
    const names = columns.map(({ name }) => name)
    if (display.rowForm !== null) return textView(display.rowForm, names, screen)
    const key = this.#key?.map((name) => names.indexOf(name)) ?? null
    // A window's start may be left out of SELECT: then the key without it is taken.
    const known = key?.filter((place, i) => place >= 0 || this.#key![i] !== 'WINDOWSTART') ?? []
    if (known.length > 0 && !known.includes(-1)) return new LiveView({ columns, key: known, screen, timer })
    return new ResultView(columns, display, { screen, timer })
  }

  async end(): Promise<void> {
    await this.#view?.end()
  }
}

/** Beginnings of the last line by the final message of the server. */
const ENDINGS: Readonly<Record<string, string>> = { 'Query Completed': '', 'Limit Reached': 'Limit reached: ' }
/** Beginnings of the last line by what cut the query. */
const CUTS = { stopped: 'Stopped: ', timeout: 'Time limit reached: ' } as const
type Cut = keyof typeof CUTS

const STOP_HINT = 'Press Ctrl-C to stop.'

function durationText(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`
}

function isPush(statement: string, session: Session): boolean {
  const parsed = parsedStatement(statement, session)
  return parsed?.kind === 'query' && parsed.query.emit !== null
}

/** How long a push query may be silent before its user learns what it waits for. */
const SILENCE_MS = 3000

/** Says how to stop a push query and, if it stays without rows, that it reads new records only, where that is so. */
async function announcePush({ session, screen, signal }: Run, answer: TableAnswer): Promise<Scheduled> {
  await screen.hint(STOP_HINT)
  const advise = async () => {
    if (answer.rows > 0) return
    const entities = await session.client.execute('SHOW PROPERTIES;', session.executeOptions(signal))
    const properties = entities.flatMap((entity) => (entity['@type'] === 'properties' ? entity.properties : []))
    const reset = properties.find(({ name }) => name === 'ksql.streams.auto.offset.reset')
    if (reset?.value === 'latest') await screen.hint(LATEST_HINT)
  }
  return session.timer.after(SILENCE_MS, () => void advise().catch(() => {}), { background: true })
}

const LATEST_HINT =
  "Waiting for new records: auto.offset.reset is 'latest'. To begin with the oldest: SET 'auto.offset.reset' = 'earliest';"

export async function runPrint(statement: string, run: Run): Promise<void> {
  const { session, screen } = run
  await screen.hint(STOP_HINT)
  await untilStopped(run, async (stop) => {
    for await (const line of session.client.print(statement, session.queryOptions(stop))) await screen.line(line)
  })
  await screen.line('Topic printing ceased')
}

/**
 * Runs `work` until it ends, the user stops it, or the session's time limit for queries is over. Resolves to what cut it; null: it has ended
 * by itself.
 */
async function untilStopped({ session, signal }: Run, work: (stop: AbortSignal) => Promise<void>): Promise<Cut | null> {
  const timeout = new AbortController()
  const { timeoutMs, timer } = session
  const pending = timeoutMs === null ? null : timer.after(timeoutMs, () => timeout.abort())
  try {
    await work(AbortSignal.any([signal, timeout.signal]))
    return null
  } catch (error) {
    if (signal.aborted) return 'stopped'
    if (timeout.signal.aborted) return 'timeout'
    throw error
  } finally {
    pending?.cancel()
  }
}
