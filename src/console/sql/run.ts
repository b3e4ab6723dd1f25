/** One run of the statements of a tab: each gets a result, in order, and the first that fails ends the run. */
import type { Entity } from '../../engine/describe/entities.ts'
import { substituteVariables } from '../../sql/variables.ts'
import type { SessionValues } from '../api/http.ts'
import type { ResultItem } from '../api/result-lines.ts'
import type { QueryText } from '../api/run-query.ts'
import { messageOf } from '../api/server-error.ts'
import { TableModel } from '../table/table-model.ts'
import { serverFault } from './text/diagnostics.ts'
import { type Piece, type SessionChange, useOf, withSemicolon } from './text/pieces.ts'

/** What a run reaches the server through. */
export interface RunPorts {
  readonly execute: (sql: string, session: SessionValues) => Promise<readonly Entity[]>
  readonly open: (query: QueryText, session: SessionValues, signal: AbortSignal) => AsyncIterable<readonly ResultItem[]>
  /** Room for one more stream; null: there is none. */
  readonly takeSlot: () => Promise<(() => void) | null>
}

export interface ResultTable {
  readonly kind: 'stream'
  readonly model: TableModel
  /** Null until the server has opened the query. */
  queryId: string | null
  readonly notices: string[]
}

export interface Result {
  readonly piece: Piece
  state: 'running' | 'done' | 'stopped' | 'failed'
  content:
    | ResultTable
    | { readonly kind: 'entities'; readonly entities: readonly Entity[] }
    | { readonly kind: 'note' }
    | null
  /** How it ended, or what is wrong. */
  message: string
}

/** Values that statements of a tab have set for those after them. */
export class TabSession {
  #properties: Readonly<Record<string, string>> = {}
  #variables: Readonly<Record<string, string>> = {}

  get values(): SessionValues {
    return { properties: this.#properties, variables: this.#variables }
  }

  /** Applies SET, UNSET, DEFINE or UNDEFINE. Returns a sentence that says what holds from here on. */
  apply(use: SessionChange): string {
    const { kind, name } = use
    if (kind === 'set') this.#properties = { ...this.#properties, [name]: use.value }
    if (kind === 'define') this.#variables = { ...this.#variables, [name]: use.value }
    if (kind === 'unset') this.#properties = without(this.#properties, name)
    if (kind === 'undefine') this.#variables = without(this.#variables, name)
    return kind === 'set' || kind === 'define'
      ? `${name} is '${use.value}' for the statements of this tab.`
      : `${name} has its default again.`
  }
}

const without = (values: Readonly<Record<string, string>>, name: string): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter(([key]) => key !== name))

const MOST_NOTICES = 20

export class Run {
  readonly results: Result[] = []
  readonly #text: string
  readonly #ports: RunPorts
  readonly #stop = new AbortController()
  /** Called when the state of a result has changed; rows are taken from the models. */
  readonly #onChange: () => void

  /** `text`: the whole text in which the pieces stand, for the places of faults. */
  constructor(text: string, ports: RunPorts, onChange: () => void) {
    this.#text = text
    this.#ports = ports
    this.#onChange = onChange
  }

  get isRunning(): boolean {
    return this.results.some(({ state }) => state === 'running')
  }

  /** Faults to be marked in the editor. */
  get faults() {
    return this.results
      .filter(({ state }) => state === 'failed')
      .map(({ piece, message }) => serverFault(message, piece, this.#text))
  }

  /** Never rejects: what goes wrong is a result. `offsetReset`: where queries begin, unless the session has set it. */
  async start(pieces: readonly Piece[], session: TabSession, offsetReset: string): Promise<void> {
    for (const piece of pieces) {
      if (this.#stop.signal.aborted) return
      const result: Result = { piece, state: 'running', content: null, message: '' }
      this.results.push(result)
      this.#onChange()
      try {
        await this.#runOne(result, session, offsetReset)
      } catch (error) {
        this.#fail(result, error)
      }
      this.#onChange()
      if (result.state === 'failed') return
    }
  }

  /** Ends the stream that is open, and the statements after it. */
  stop(): void {
    this.#stop.abort()
  }

  async #runOne(result: Result, session: TabSession, offsetReset: string): Promise<void> {
    const { values } = session
    const sql = withSemicolon(substituteVariables(result.piece.text, new Map(Object.entries(values.variables))))
    const use = useOf(sql)
    if (use.kind === 'query' || use.kind === 'print') {
      const properties = { 'auto.offset.reset': offsetReset, ...values.properties }
      return this.#stream(result, { sql, kind: use.kind }, { ...values, properties })
    }
    if (use.kind === 'statement') {
      const entities = await this.#ports.execute(sql, values)
      result.content = { kind: 'entities', entities }
    } else {
      result.content = { kind: 'note' }
      result.message = session.apply(use)
    }
    result.state = 'done'
  }

  async #stream(result: Result, query: QueryText, session: SessionValues): Promise<void> {
    const release = await this.#ports.takeSlot()
    if (release === null) {
      throw new Error(
        'Too many results are being streamed to this browser, which opens few connections to a server. Stop one of them.',
      )
    }
    const table: ResultTable = { kind: 'stream', model: new TableModel(), queryId: null, notices: [] }
    result.content = table
    try {
      for await (const items of this.#ports.open(query, session, this.#stop.signal)) this.#take(result, table, items)
      if (result.state === 'running') result.state = 'done'
    } finally {
      release()
    }
  }

  #take(result: Result, table: ResultTable, items: readonly ResultItem[]): void {
    table.model.append(items.flatMap((item) => (item.kind === 'row' ? [item.row] : [])))
    for (const item of items) {
      if (item.kind === 'row') continue
      if (item.kind === 'header') {
        table.model.columns = item.columns
        table.queryId = item.queryId
      }
      if (item.kind === 'notice' && table.notices.length < MOST_NOTICES) table.notices.push(item.message)
      if (item.kind === 'end') result.message = item.message
      if (item.kind === 'error') {
        result.state = 'failed'
        result.message = item.error.message
      }
      this.#onChange()
    }
  }

  #fail(result: Result, error: unknown): void {
    const isStopped = this.#stop.signal.aborted
    result.state = isStopped ? 'stopped' : 'failed'
    result.message = isStopped ? 'Stopped' : messageOf(error)
  }
}
