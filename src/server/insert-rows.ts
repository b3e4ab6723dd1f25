/** Rows that arrive as lines, inserted in order, acknowledged as they are stored. Source: ksqlDB's InsertsSubscriber. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { InsertRow } from '../engine/api.ts'
import type { InsertAcks } from './insert-acks.ts'

/** Rows that are read at a time, in less than a millisecond; then other requests have their turn. */
const TURN_ROWS = 256
/** Rows on their way to the log at a time. Reading stops there, and flow control slows the client down. */
const MAX_UNDER_WAY = 8192
/** Reading continues when so few are left: were it to continue with each row that is stored, each would become a batch of its own. */
const FEW_UNDER_WAY = MAX_UNDER_WAY / 2

/**
 * Reads until the lines end, a failure ends the request, or `reading` is aborted, whose reason is then the failure of the next row. A
 * failure that ends the request aborts `reading`, so that its answer does not wait for another line. Resolves when every row that was read
 * has been answered.
 */
export async function insertRows(
  batches: AsyncIterable<readonly string[]>,
  insert: InsertRow,
  acks: InsertAcks,
  reading: AbortController,
): Promise<void> {
  const rows = new RowsUnderWay(acks, reading)
  try {
    for await (const lines of batches) {
      for (const line of lines) {
        if (acks.isOver || reading.signal.aborted) break
        rows.add(() => insert(line))
        if (rows.next % TURN_ROWS === 0) await nextTurn()
        if (rows.count >= MAX_UNDER_WAY) await rows.fewerThan(FEW_UNDER_WAY)
      }
      if (acks.isOver) break
    }
    if (reading.signal.aborted && !acks.isOver) acks.failed(rows.next, reading.signal.reason)
  } catch (error) {
    acks.failed(rows.next, error)
  }
  await rows.fewerThan(1)
}

/** Rows that are not answered yet, by the promise that they wait for: rows that are stored together share one. */
class RowsUnderWay {
  readonly #acks: InsertAcks
  readonly #reading: AbortController
  readonly #waiting = new Map<Promise<void>, number[]>()
  #next = 0
  #count = 0
  #answered: () => void = () => {}

  constructor(acks: InsertAcks, reading: AbortController) {
    this.#acks = acks
    this.#reading = reading
  }

  /** The sequence number of the next row. */
  get next(): number {
    return this.#next
  }

  get count(): number {
    return this.#count
  }

  /** Failures are answered, not thrown. */
  add(insert: () => Promise<void>): void {
    const seq = this.#next++
    let stored: Promise<void>
    try {
      stored = insert()
    } catch (error) {
      this.#fail(seq, error)
      return
    }
    this.#count++
    const others = this.#waiting.get(stored)
    if (others !== undefined) {
      others.push(seq)
      return
    }
    const seqs = [seq]
    this.#waiting.set(stored, seqs)
    void this.#answer(stored, seqs)
  }

  /** Resolves when fewer rows than `count` are unanswered. */
  async fewerThan(count: number): Promise<void> {
    while (this.#count >= count) {
      await new Promise<void>((resolve) => {
        this.#answered = resolve
      })
    }
  }

  #fail(seq: number, error: unknown): void {
    this.#acks.failed(seq, error)
    if (this.#acks.isOver) this.#reading.abort(error)
  }

  async #answer(stored: Promise<void>, seqs: readonly number[]): Promise<void> {
    try {
      await stored
      this.#waiting.delete(stored)
      await this.#acks.stored(seqs)
    } catch (error) {
      this.#waiting.delete(stored)
      this.#fail(seqs[0]!, error)
    }
    this.#count -= seqs.length
    this.#answered()
  }
}
