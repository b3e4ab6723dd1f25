/** Whether the server takes requests, and which are under way: what a graceful end depends on. */
import type { Engine, StreamEnd } from '../engine/api.ts'
import { RequestError } from '../errors.ts'

interface Closable {
  close(): Promise<void>
}

/** The refusal of a server that stops. A function, so that each refusal has a stack of its own. */
export const shuttingDown = (): RequestError =>
  new RequestError('SHUTTING_DOWN', 'The server is shutting down. Try again in a moment.')

export class Lifecycle {
  #engine: Engine | null = null
  #failure: Error | null = null
  readonly #stopping = new AbortController()
  #requests = 0
  #idle: () => void = () => {}
  readonly #streams = new Set<Closable>()

  /** Requests are refused until `engine` resolves. */
  constructor(engine: Promise<Engine>) {
    engine.then(
      (ready) => {
        this.#engine = ready
      },
      (error: Error) => {
        this.#failure = error
      },
    )
  }

  /** The engine, for a request that needs it. Throws a RequestError (503) while the server starts and when it stops. */
  get engine(): Engine {
    this.checkReady()
    return this.#engine!
  }

  /** Throws a RequestError (503) while the server starts and when it stops. */
  checkReady(): void {
    this.checkRunning()
    if (this.#engine !== null) return
    const message = this.#failure === null ? 'Server initializing' : `Server failed to start: ${this.#failure.message}`
    throw new RequestError('NOT_READY', message)
  }

  /** Throws a RequestError (503) when the server stops. */
  checkRunning(): void {
    if (this.isStopping) throw shuttingDown()
  }

  /** Aborted when the server stops. */
  get stopping(): AbortSignal {
    return this.#stopping.signal
  }

  get isStopping(): boolean {
    return this.#stopping.signal.aborted
  }

  /** Runs `work` as a request that a graceful end waits for. */
  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#requests++
    try {
      return await work()
    } finally {
      this.#requests--
      if (this.#requests === 0) this.#idle()
    }
  }

  /** Holds an open stream until `work` with it has ended; a graceful end closes it. */
  async streaming<Stream extends Closable, Result>(
    stream: Stream,
    work: (stream: Stream) => Promise<Result>,
  ): Promise<Result> {
    this.#streams.add(stream)
    if (this.isStopping) void stream.close()
    try {
      return await work(stream)
    } finally {
      this.#streams.delete(stream)
    }
  }

  /** How a stream has ended, as its client reads it: one that the stop has closed ends with an error, so that the client connects again. */
  endFor(end: StreamEnd): StreamEnd {
    return this.isStopping && end.reason === 'closed' ? { reason: 'error', error: shuttingDown() } : end
  }

  /** Refuses new requests, ends open queries, and resolves when the requests under way have been answered. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await Promise.all([...this.#streams].map((stream) => stream.close()))
    if (this.#requests === 0) return
    await new Promise<void>((resolve) => {
      this.#idle = resolve
    })
  }
}
