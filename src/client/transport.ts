/** Requests to one server by `fetch`, with one user's credentials. */
import type { Timer } from '../clock.ts'
import { ConnectionError, ServerError } from './millrace-error.ts'

/** A user with a password, or a token. */
export type Credentials = { readonly user: string; readonly password: string } | { readonly token: string }

export interface TransportOptions {
  /** Address of the server: `http://localhost:8088`. In a browser a path, such as `/`, is resolved against the page. */
  readonly url: string
  readonly credentials: Credentials | null
  /** Headers of each request, such as those of a gateway. */
  readonly headers: Readonly<Record<string, string>>
  /** Longest wait for the beginning of an answer, ms. */
  readonly timeoutMs: number
  readonly timer: Timer
  readonly fetch: typeof fetch
}

export interface SendOptions {
  readonly path: string
  /** Absent: GET. */
  readonly body?: string
  /** Default: JSON. */
  readonly contentType?: string
  readonly accept?: string
  readonly signal?: AbortSignal | undefined
}

export const KSQL_JSON = 'application/vnd.ksql.v1+json'
export const DELIMITED = 'application/vnd.ksqlapi.delimited.v1'

export class Transport {
  readonly timer: Timer
  readonly #options: TransportOptions
  readonly #base: string

  constructor(options: TransportOptions) {
    this.#options = options
    this.timer = options.timer
    this.#base = options.url.replace(/\/+$/, '')
  }

  /** Resolves at the beginning of an answer. Throws a ServerError if it is a refusal, a ConnectionError if there is none. */
  async send({
    path,
    body,
    contentType = 'application/json',
    accept = KSQL_JSON,
    signal,
  }: SendOptions): Promise<Response> {
    const { fetch, timeoutMs } = this.#options
    const timeout = new AbortController()
    const pending = this.timer.after(timeoutMs, () => timeout.abort())
    try {
      const answer = await fetch(this.#base + path, {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          ...this.#options.headers,
          ...this.#authorization(),
          accept,
          ...(body === undefined ? {} : { 'content-type': contentType }),
        },
        ...(body === undefined ? {} : { body }),
        signal: signal === undefined ? timeout.signal : AbortSignal.any([signal, timeout.signal]),
      })
      if (answer.ok) return answer
      throw ServerError.fromAnswer(answer.status, await answer.text())
    } catch (error) {
      if (error instanceof ServerError || signal?.aborted === true) throw error
      const reason = timeout.signal.aborted ? `no answer within ${timeoutMs} ms` : reasonOf(error)
      throw new ConnectionError(`No answer from the server at ${this.#base || '/'}: ${reason}.`, { cause: error })
    } finally {
      pending.cancel()
    }
  }

  /** The lines of an answer as they arrive, until `signal` is aborted; the rest of the body is given up where the reader leaves. Reads no faster than its reader. */
  async *lines(answer: Response, signal?: AbortSignal): AsyncGenerator<string> {
    if (answer.body === null) return
    const reader = answer.body.getReader()
    const decoder = new TextDecoder()
    let rest = ''
    let isOver = false
    try {
      while (true) {
        const { done, value } = await reader.read()
        if (done) break
        const lines = (rest + decoder.decode(value, { stream: true })).split('\n')
        rest = lines.pop() ?? ''
        yield* lines
      }
      isOver = true
      if (rest !== '') yield rest
    } catch (error) {
      signal?.throwIfAborted()
      throw new ConnectionError('The server ended the connection in the middle of an answer.', { cause: error })
    } finally {
      if (!isOver) await reader.cancel().catch(() => {})
    }
  }

  #authorization(): Readonly<Record<string, string>> {
    const { credentials } = this.#options
    if (credentials === null) return {}
    if ('token' in credentials) return { authorization: `Bearer ${credentials.token}` }
    return { authorization: `Basic ${base64(`${credentials.user}:${credentials.password}`)}` }
  }
}

/** Base64 of the UTF-8 form of `text` (RFC 7617 2.1). */
const base64 = (text: string): string => btoa(String.fromCharCode(...new TextEncoder().encode(text)))

/** `fetch` says why it has failed in the cause of its error, where it says it at all. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error
  const { code, message: detail } = (cause ?? {}) as { code?: string; message?: string }
  if (code === 'ECONNREFUSED') return 'nothing listens there'
  return detail || code || message
}
