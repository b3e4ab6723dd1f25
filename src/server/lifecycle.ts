/** Whether the server takes requests, and what it has under way: what a graceful end needs to know. */
import type { Engine } from '../engine/api.ts'
import { RequestError } from '../errors.ts'

interface Closable {
  close(): Promise<void>
}

export class Lifecycle {
  #engine: Engine | null = null
  #failure: Error | null = null
  #isStopping = false
  #requests = 0
  #idle: () => void = () => {}
  readonly #streams = new Set<Closable>()

  /** Requests are refused until `engine` is there. */
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
    if (this.#isStopping) throw new RequestError('SHUTTING_DOWN', 'The server is shutting down. Try again in a moment.')
    if (this.#engine !== null) return this.#engine
    if (this.#failure !== null) throw new RequestError('NOT_READY', `Server failed to start: ${this.#failure.message}`)
    throw new RequestError('NOT_READY', 'Server initializing')
  }

  get isStopping(): boolean {
    return this.#isStopping
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

  /** Holds an open query until `work` with it has ended; a graceful end closes it. */
  async streaming<Stream extends Closable, Result>(
    stream: Stream,
    work: (stream: Stream) => Promise<Result>,
  ): Promise<Result> {
    this.#streams.add(stream)
    if (this.#isStopping) void stream.close()
    try {
      return await work(stream)
    } finally {
      this.#streams.delete(stream)
    }
  }

  /** Refuses new requests, ends open queries, and resolves when the requests under way have been answered. */
  async stop(): Promise<void> {
    this.#isStopping = true
    await Promise.all([...this.#streams].map((stream) => stream.close()))
    if (this.#requests === 0) return
    await new Promise<void>((resolve) => {
      this.#idle = resolve
    })
  }
}
