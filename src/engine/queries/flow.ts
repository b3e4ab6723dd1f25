/** The flow of rows or lines to one subscriber, with back-pressure and exactly one end. */
import type { StreamEnd, StreamSubscriber } from '../api.ts'

/** The subscriber as a source of items sees it. */
export interface FlowSink<Item> {
  /** Resolves when the subscriber can take more. Nothing is passed on after the end. */
  readonly emit: (items: readonly Item[]) => Promise<void>
  /** True once the subscriber has left. */
  readonly isClosed: boolean
  /** Aborted when the subscriber leaves. */
  readonly signal: AbortSignal
}

/** Produces items until it has no more or the signal is aborted. What it throws ends the flow with an error. */
export type FlowSource<Item> = (sink: FlowSink<Item>) => Promise<StreamEnd>

/** A source of items with at most one subscriber. */
export class Flow<Item> {
  readonly queryId: string
  readonly #source: FlowSource<Item>
  readonly #onEnd: () => void
  readonly #departure = new Departure()
  #run: Promise<void> | null = null
  #isOver = false

  /** `onEnd`: called once when the flow is over, also if it was closed before it began. */
  constructor(queryId: string, source: FlowSource<Item>, onEnd: () => void = () => {}) {
    this.queryId = queryId
    this.#source = source
    this.#onEnd = onEnd
  }

  subscribe({ onItems, onEnd }: StreamSubscriber<Item>): void {
    if (this.#run !== null || this.#isOver) throw new Error('A flow has one subscriber')
    this.#run = this.#source(new Sink(this.#departure, onItems))
      .catch((error: unknown): StreamEnd => ({ reason: 'error', error: asError(error) }))
      .then((end) => {
        this.#over()
        onEnd(end)
      })
  }

  async close(): Promise<void> {
    this.#departure.happen()
    if (this.#run === null) this.#over()
    else await this.#run
  }

  #over(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#onEnd()
  }
}

/** Whether the subscriber has left. A signal costs more than a short query, so there is one only where somebody waits for it. */
class Departure {
  hasHappened = false
  #controller: AbortController | null = null

  happen(): void {
    this.hasHappened = true
    this.#controller?.abort()
  }

  get signal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = new AbortController()
      if (this.hasHappened) this.#controller.abort()
    }
    return this.#controller.signal
  }
}

class Sink<Item> implements FlowSink<Item> {
  readonly #departure: Departure
  readonly #onItems: StreamSubscriber<Item>['onItems']

  constructor(departure: Departure, onItems: StreamSubscriber<Item>['onItems']) {
    this.#departure = departure
    this.#onItems = onItems
  }

  readonly emit = async (items: readonly Item[]): Promise<void> => {
    if (!this.isClosed && items.length > 0) await this.#onItems(items)
  }

  get isClosed(): boolean {
    return this.#departure.hasHappened
  }

  get signal(): AbortSignal {
    return this.#departure.signal
  }
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)))

/** The end of a pull query on a table, which has no final message. */
export const COMPLETED: StreamEnd = { reason: 'completed', finalMessage: null }
/** The end that the subscriber or a TERMINATE caused. */
export const CLOSED: StreamEnd = { reason: 'closed', finalMessage: null }
/** The end by LIMIT. */
export const LIMIT_REACHED: StreamEnd = { reason: 'limit', finalMessage: 'Limit Reached' }
/** The end of a pull query on a stream. */
export const QUERY_COMPLETED: StreamEnd = { reason: 'completed', finalMessage: 'Query Completed' }
