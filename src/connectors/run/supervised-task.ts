/** A task that is kept running: a failure is shown, and after a growing pause the task starts again from its committed position. */
import type { Clock } from '../../clock.ts'
import { messageOf } from '../../errors.ts'
import type { Backoff } from '../delivery/backoff.ts'
import type { TaskState, TaskStatus } from './connector-spec.ts'

export interface SupervisedTaskOptions {
  readonly id: number
  readonly clock: Clock
  readonly backoff: Backoff
  /** Runs until `stopping` is aborted, then finishes what it has begun, unless `ending` is aborted. Rejects if it cannot continue. */
  readonly run: (signals: { readonly stopping: AbortSignal; readonly ending: AbortSignal }) => Promise<void>
  readonly onFailure: (message: string) => void
}

export class SupervisedTask {
  readonly #options: SupervisedTaskOptions
  readonly #stopping = new AbortController()
  readonly #ending = new AbortController()
  readonly #done: Promise<void>
  #state: TaskState = 'RUNNING'
  #trace: string | null = null

  constructor(options: SupervisedTaskOptions) {
    this.#options = options
    this.#done = this.#keepRunning()
  }

  get status(): TaskStatus {
    const { id } = this.#options
    return { id, state: this.#state, ...(this.#trace !== null && { trace: this.#trace }) }
  }

  /** Begins the end: no further work is taken up. */
  stop(): void {
    this.#stopping.abort()
  }

  /** Gives up what is under way. */
  end(): void {
    this.#ending.abort()
  }

  /** Resolves when nothing runs any more. */
  get done(): Promise<void> {
    return this.#done
  }

  /** Called when something went well, so that the next failure is the first again. */
  noteSuccess(): void {
    this.#options.backoff.reset()
    this.#state = 'RUNNING'
    this.#trace = null
  }

  async #keepRunning(): Promise<void> {
    const { run, backoff, onFailure } = this.#options
    const signals = { stopping: this.#stopping.signal, ending: this.#ending.signal }
    while (!signals.stopping.aborted) {
      try {
        await run(signals)
      } catch (error) {
        if (signals.stopping.aborted) return
        this.#state = 'FAILED'
        this.#trace = messageOf(error)
        onFailure(this.#trace)
        await backoff.wait(null, signals.stopping)
      }
    }
  }
}
