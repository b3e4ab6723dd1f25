/**
 * How much one evaluation of an expression may cost: a bound on the size of every value that it makes, and a time after which it is stopped.
 * A thread evaluates one expression at a time, so one budget serves all expressions of the thread. Only expressions that can grow or loop
 * use it (`isBounded`); the others pay nothing.
 *
 * Work is counted in bytes that were read or made, roughly a nanosecond each. The clock is read once in `STRIDE_BYTES` of them, so an
 * expression that does little never reads it.
 */
import type { SqlType } from '../types/sql-type.ts'
import type { Value } from '../types/value.ts'

export interface BudgetOptions {
  /** Longest time of an evaluation, ms; 0: no limit. The setting `millrace.expression.timeout.ms`. */
  readonly timeoutMs: number
  /** Largest value, see `sizeOf`. The setting `millrace.expression.max.bytes`. */
  readonly maxBytes: number
  /** Monotonic, ms. */
  readonly elapsed: () => number
}

/** Watches the time of all evaluations of a thread, on behalf of the other queries of the thread. */
export interface TimeKeeper {
  /** How long the evaluation that has begun may take, ms; `timeoutMs`: the configured time. */
  limitMs(timeoutMs: number): number
  /** Called after each evaluation that was long enough to look at the clock. `isOver`: it was stopped because its time was up. */
  spent(ms: number, evaluation: { readonly isOver: boolean; readonly timeoutMs: number }): void
}

export const DEFAULT_TIMEOUT_MS = 500
export const DEFAULT_MAX_BYTES = 16 * 1024 * 1024

/** An evaluation that takes this long is worth a thought about what else the thread has to do. */
export const SLOW_MS = 20

/** Work between two looks at the clock: below a millisecond for what copies, a few for what writes text. */
const STRIDE_BYTES = 128 * 1024

/** All values of an evaluation may be so many times the largest one: the garbage of a REDUCE that appends to its state is in it. */
const VALUES = 32

/** Most errors in parts of a value that are reported. */
const MAX_REPORTS = 20

/** Work of calling a lambda. */
export const CALL_BYTES = 64

/** Why an evaluation was stopped. It fails the whole expression, not only the part in which it was raised. */
export class BudgetError extends Error {
  override readonly name = 'BudgetError'

  constructor(message: string) {
    super(message)
    // It may be raised for each record, and the stack says nothing about the data.
    delete this.stack
  }
}

export class Budget {
  readonly maxBytes: number
  /** Set by the owner of the thread. */
  timeKeeper: TimeKeeper | null = null
  readonly #options: BudgetOptions
  #isRunning = false
  /** Work until the next look at the clock. */
  #left = STRIDE_BYTES
  #made = 0
  #retained = 0
  /** When the clock was first read; NaN: not yet. */
  #startedAt = Number.NaN
  #limitMs = 0
  #isOver = false
  #reports = 0

  constructor(options: BudgetOptions) {
    this.#options = options
    this.maxBytes = options.maxBytes
  }

  /**
   * Begins an evaluation. False if one is running already, which then includes this one; only the caller that got true calls `end`.
   */
  begin(): boolean {
    if (this.#isRunning) return false
    this.#isRunning = true
    this.#left = STRIDE_BYTES
    this.#made = 0
    this.#retained = 0
    this.#startedAt = Number.NaN
    this.#isOver = false
    this.#reports = 0
    return true
  }

  end(): void {
    this.#isRunning = false
    // Below a stride the clock was not read, and the evaluation was fast.
    if (this.timeKeeper === null || Number.isNaN(this.#startedAt)) return
    const { timeoutMs, elapsed } = this.#options
    this.timeKeeper.spent(elapsed() - this.#startedAt, { isOver: this.#isOver, timeoutMs })
  }

  /** Whether the time of the running evaluation, or of the last one, was up. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Whether one more error in a part of the value is worth an entry in the log; a lambda may fail for each of many elements. */
  mayReport(): boolean {
    return ++this.#reports <= MAX_REPORTS
  }

  /** Counts work. Throws a BudgetError when time is up. */
  spend(bytes: number): void {
    this.#left -= bytes
    if (this.#left < 0) this.checkTime()
  }

  /** Counts a value that was made. Throws a BudgetError if it is too large, or time is up. */
  keep(bytes: number): void {
    this.refuseLarger(bytes)
    this.#made += bytes
    if (this.#made > VALUES * this.maxBytes && this.#isRunning) {
      throw new BudgetError(`The expression makes more than ${VALUES * this.maxBytes} bytes in all. ${ADVICE}`)
    }
    this.spend(bytes)
  }

  /** Counts a result of the evaluation. Throws a BudgetError if all results together are too large. */
  retain(bytes: number): void {
    this.#retained += bytes
    this.refuseLarger(this.#retained)
  }

  /** Throws a BudgetError if a value of that size may not be made. */
  refuseLarger(bytes: number): void {
    if (bytes <= this.maxBytes) return
    throw new BudgetError(`The expression makes a value of more than ${this.maxBytes} bytes. ${ADVICE}`)
  }

  /** Throws a BudgetError when time is up. */
  checkTime(): void {
    this.#left = STRIDE_BYTES
    const { timeoutMs, elapsed } = this.#options
    if (!this.#isRunning) return
    const now = elapsed()
    if (Number.isNaN(this.#startedAt)) {
      this.#startedAt = now
      this.#limitMs = this.timeKeeper?.limitMs(timeoutMs) ?? timeoutMs
    }
    if (timeoutMs === 0 || now - this.#startedAt < this.#limitMs) return
    this.#isOver = true
    // What else the evaluation tries fails at once.
    this.#left = 0
    throw new BudgetError(`The expression takes longer than ${timeoutMs} ms. ${TIME_ADVICE}`)
  }
}

const ADVICE = 'The setting millrace.expression.max.bytes is the limit.'
const TIME_ADVICE = 'The setting millrace.expression.timeout.ms is the limit.'

/** Limits from a configuration; the defaults where it has none. */
export function limitsFrom(
  config: (name: string) => string | undefined,
): Pick<BudgetOptions, 'timeoutMs' | 'maxBytes'> {
  return {
    timeoutMs: Number(config('millrace.expression.timeout.ms') ?? DEFAULT_TIMEOUT_MS),
    maxBytes: Number(config('millrace.expression.max.bytes') ?? DEFAULT_MAX_BYTES),
  }
}

/** A reference in an array, a struct or a map. */
export const ELEMENT_BYTES = 8

/**
 * The size of values of a type: a byte per character or byte, eight per element, twice eight per entry of a map, and what these hold in
 * their turn. A value that is referred to twice counts twice, as it does when it is written. Counting stops once it is above `limit`.
 */
export function sizeOf(type: SqlType | null, limit: number): (value: Value) => number {
  switch (type?.kind) {
    case 'STRING':
    case 'BYTES':
      return (value) => (value === null ? 0 : (value as string | Uint8Array).length)
    case 'ARRAY': {
      if (!isSized(type.element)) {
        return (value) => (value === null ? 0 : ELEMENT_BYTES * (value as readonly Value[]).length)
      }
      const element = sizeOf(type.element, limit)
      return (value) => (value === null ? 0 : sumOf(value as readonly Value[], element, limit))
    }
    case 'MAP': {
      const key = sizeOf(type.key, limit)
      const item = sizeOf(type.value, limit)
      return (value) => {
        if (value === null) return 0
        let size = 2 * ELEMENT_BYTES * (value as ReadonlyMap<Value, Value>).size
        for (const [entryKey, entryValue] of value as ReadonlyMap<Value, Value>) {
          if (size > limit) return size
          size += key(entryKey) + item(entryValue)
        }
        return size
      }
    }
    case 'STRUCT': {
      const own = ELEMENT_BYTES * type.fields.length
      const places = [...type.fields.keys()].filter((i) => isSized(type.fields[i]!.type))
      const sizes = places.map((i) => sizeOf(type.fields[i]!.type, limit))
      return (value) => {
        if (value === null) return 0
        let size = own
        for (let i = 0; i < places.length; i++) size += sizes[i]!((value as readonly Value[])[places[i]!] ?? null)
        return size
      }
    }
    default:
      return () => 0
  }
}

function sumOf(list: readonly Value[], element: (value: Value) => number, limit: number): number {
  let size = ELEMENT_BYTES * list.length
  for (let i = 0; i < list.length && size <= limit; i++) size += element(list[i]!)
  return size
}

/** Whether values of the type differ in size. */
export const isSized = (type: SqlType | null): boolean =>
  type !== null &&
  (type.kind === 'STRING' ||
    type.kind === 'BYTES' ||
    type.kind === 'ARRAY' ||
    type.kind === 'MAP' ||
    type.kind === 'STRUCT')

/** A budget of the default size without a clock: for work that is short by itself. */
export const untimedBudget = (): Budget => new Budget({ timeoutMs: 0, maxBytes: DEFAULT_MAX_BYTES, elapsed: () => 0 })
