/** The state of a session: the server, overrides, variables, and how answers are shown. */
import type { Timer } from '../clock.ts'
import type { Client, ExecuteOptions, RequestOptions } from './client/client.ts'
import type { RowLayout } from './output/result-view.ts'

export type OutputFormat = 'TABULAR' | 'JSON'

/** How answers are shown. */
export interface Display extends Writable<RowLayout> {
  format: OutputFormat
  /** Whether the time that a query took is shown. */
  isTiming: boolean
  /** Form of rows, a name of ROW_WRITERS; null: tables or records, as the layout says. */
  rowForm: string | null
  /** Whether the rows of a table's push query are drawn over their former values, on a terminal. */
  isLive: boolean
}

type Writable<Object> = { -readonly [Name in keyof Object]: Object[Name] }

/** Ms. Usual are a few; more where a query reads what another writes, and transactions have to end in between. */
const WAIT_FOR_INSERTS_MS = '2000'

export interface SessionOptions {
  readonly client: Client
  readonly format: OutputFormat
  readonly variables: ReadonlyMap<string, string>
  readonly properties: ReadonlyMap<string, string>
  /** Rows after which a query ends; null: no limit. */
  readonly rowLimit: number | null
  /** Time after which a query ends; null: no limit. */
  readonly timeoutMs: number | null
  /** Measures `timeoutMs` and how long queries take. */
  readonly timer: Timer
  /** Whether the time that a query took is shown. Default: false. */
  readonly isTiming?: boolean
}

/** The settings of one user at one server. */
export class Session {
  client: Client
  readonly display: Display
  readonly properties: Map<string, string>
  readonly variables: Map<string, string>
  readonly rowLimit: number | null
  readonly timeoutMs: number | null
  readonly timer: Timer
  /** True: statements are sent without waiting for earlier ones. */
  isPipelining = false
  /** Whether rows were inserted since the last query, which it is to find. */
  hasInserted = false
  /** Sequence number of the last command that the server accepted; -1: none. */
  commandSequenceNumber = -1

  constructor(options: SessionOptions) {
    this.client = options.client
    this.display = {
      format: options.format,
      isWrapping: true,
      columnWidth: 0,
      expanded: 'AUTO',
      isTiming: options.isTiming ?? false,
      rowForm: null,
      isLive: true,
    }
    this.properties = new Map(options.properties)
    this.variables = new Map(options.variables)
    this.rowLimit = options.rowLimit
    this.timeoutMs = options.timeoutMs
    this.timer = options.timer
  }

  /** Connects to another server, and resets settings and variables. */
  switchTo(client: Client): void {
    this.client = client
    this.hasInserted = false
    this.properties.clear()
    this.variables.clear()
    this.commandSequenceNumber = -1
  }

  queryOptions(signal: AbortSignal): RequestOptions {
    return { properties: Object.fromEntries(this.properties), variables: Object.fromEntries(this.variables), signal }
  }

  /** Options of a SELECT. The first one after an INSERT waits for the rows to be in the tables that it reads. */
  selectOptions(signal: AbortSignal): RequestOptions {
    const options = this.queryOptions(signal)
    if (!this.hasInserted) return options
    this.hasInserted = false
    return { ...options, properties: { 'millrace.query.pull.wait.ms': WAIT_FOR_INSERTS_MS, ...options.properties } }
  }

  executeOptions(signal: AbortSignal): ExecuteOptions {
    return {
      ...this.queryOptions(signal),
      commandSequenceNumber: this.isPipelining ? -1 : this.commandSequenceNumber,
    }
  }
}
