/** The flow of rows or lines to one subscriber, with back-pressure and exactly one end. */
import type { StreamEnd, StreamSubscriber } from '../api.ts'

/** The subscriber as a source of items sees it. */
export interface FlowSink<Item> {
  /** Resolves when the subscriber can take more. Nothing is passed on after the end. */
  readonly emit: (items: readonly Item[]) => Promise<void>
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
  readonly #abort = new AbortController()
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
    const { signal } = this.#abort
    const emit = async (items: readonly Item[]): Promise<void> => {
      if (!signal.aborted && items.length > 0) await onItems(items)
    }
    this.#run = this.#source({ emit, signal })
      .catch((error: unknown): StreamEnd => ({ reason: 'error', error: asError(error) }))
      .then((end) => {
        this.#over()
        onEnd(end)
      })
  }

  async close(): Promise<void> {
    this.#abort.abort()
    if (this.#run === null) this.#over()
    else await this.#run
  }

  #over(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#onEnd()
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
