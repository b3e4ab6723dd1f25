/**
 * Requests to a service that speaks JSON over HTTP/1.1 connections that are kept: several addresses, credentials, TLS, retries with growing
 * pauses. An address that does not answer gives way to the next one, which is then tried first.
 */
import type { Agent } from 'node:http'
import { doublingPause, sleep, type Timer } from '../clock.ts'
import type { ClientTls } from './client-tls.ts'
import { keptConnections, readBody, sendRequest } from './exchange.ts'

/** An answer that is longer is refused, so that a wrong address cannot fill the memory. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024
const FIRST_PAUSE_MS = 100
/** Errors of connections that were never made, so that the service has seen nothing of the request. */
const NOT_SENT: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])

export interface JsonRequestsOptions {
  /** What messages call it: `schema registry`. */
  readonly service: string
  /** At least one, without a slash at the end. */
  readonly urls: readonly string[]
  /** Headers of each request, read again for each, beside those of its body. */
  readonly headers: () => Readonly<Record<string, string>>
  /** Type of the bodies that are sent. */
  readonly mediaType: string
  readonly tls: ClientTls
  readonly timeoutMs: number
  /** Rounds over all addresses before a request fails. */
  readonly rounds: (failure: ServiceUnavailable) => number
  readonly longestPauseMs: number
  /** Whether another server, or the same one later, may answer otherwise. */
  readonly isPassing: (answer: JsonAnswer) => boolean
  readonly timer: Timer
  /** In [0, 1). */
  readonly random: () => number
}

export interface JsonRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Begins with a slash; parts are percent-encoded. */
  readonly path: string
  readonly body?: unknown
  /** False: it is not sent again when the service may have carried it out, as its answer was lost. Default: true. */
  readonly isRepeatable?: boolean
}

export interface JsonAnswer {
  readonly status: number
  /** Undefined: the body is no JSON. */
  readonly json: unknown
  readonly text: string
}

/** No address has given an answer that lasts. `status`: that of the last answer; 0: there was none. */
export class ServiceUnavailable extends Error {
  override readonly name = 'ServiceUnavailable'
  readonly status: number

  constructor(message: string, { status, cause }: { readonly status: number; readonly cause?: unknown }) {
    super(message, cause === undefined ? undefined : { cause })
    this.status = status
  }
}

export class JsonRequests {
  readonly #options: JsonRequestsOptions
  readonly #agents = new Map<string, Agent>()
  /** Index of the address that answered last. */
  #preferred = 0

  constructor(options: JsonRequestsOptions) {
    this.#options = options
  }

  /** Gives any answer that lasts, also a refusal. Rejects with ServiceUnavailable if no address gives one. */
  async send(request: JsonRequest): Promise<JsonAnswer> {
    for (let round = 1; ; round++) {
      const answer = await this.#tryAll(request)
      if (!(answer instanceof ServiceUnavailable)) return answer
      if (round >= this.#options.rounds(answer) || !mayRepeat(request, answer)) throw answer
      await sleep(this.#options.timer, this.#pauseMs(round))
    }
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy()
    this.#agents.clear()
  }

  /** Between the half and the whole of a time that doubles. */
  #pauseMs(round: number): number {
    const longest = doublingPause({ firstMs: FIRST_PAUSE_MS, longestMs: this.#options.longestPauseMs }, round - 1)
    return longest * (0.5 + this.#options.random() / 2)
  }

  async #tryAll(request: JsonRequest): Promise<JsonAnswer | ServiceUnavailable> {
    const { urls, isPassing } = this.#options
    let failure: ServiceUnavailable | null = null
    for (let i = 0; i < urls.length; i++) {
      if (failure !== null && !mayRepeat(request, failure)) break
      const index = (this.#preferred + i) % urls.length
      try {
        const answer = await this.#ask(urls[index]!, request)
        if (!isPassing(answer)) {
          this.#preferred = index
          return answer
        }
        failure = this.#unavailable(urls[index]!, { status: answer.status, reason: reasonOf(answer) })
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        failure = this.#unavailable(urls[index]!, { status: 0, reason, cause: error })
      }
    }
    return failure!
  }

  async #ask(base: string, { method, path, body }: JsonRequest): Promise<JsonAnswer> {
    const url = new URL(base + path)
    const text = body === undefined ? null : JSON.stringify(body)
    const { headers, mediaType, timeoutMs } = this.#options
    const answer = await sendRequest(url, text, {
      method,
      agent: this.#agentOf(url.protocol),
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        accept: mediaType === JSON_TYPE ? JSON_TYPE : `${mediaType}, ${JSON_TYPE}`,
        ...(text !== null && { 'content-type': mediaType, 'content-length': Buffer.byteLength(text) }),
        ...headers(),
      },
    })
    const received = await readBody(answer, MAX_ANSWER_BYTES)
    return { status: answer.statusCode ?? 0, json: parsed(received), text: received }
  }

  #agentOf(protocol: string): Agent {
    const existing = this.#agents.get(protocol)
    if (existing !== undefined) return existing
    const agent = keptConnections(protocol, protocol === 'https:' ? nodeTls(this.#options.tls) : {})
    this.#agents.set(protocol, agent)
    return agent
  }

  #unavailable(base: string, { status, reason, cause }: { status: number; reason: string; cause?: unknown }) {
    const { origin } = new URL(base)
    const message = `The ${this.#options.service} at ${origin} cannot be reached: ${reason || 'no connection'}.`
    return new ServiceUnavailable(message, { status, cause })
  }
}

const JSON_TYPE = 'application/json'

/** `Basic ...`, as RFC 7617 has it. */
export const basicAuthorization = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

function mayRepeat({ isRepeatable = true }: JsonRequest, { status, cause }: ServiceUnavailable): boolean {
  return isRepeatable || status > 0 || NOT_SENT.has((cause as { code?: string } | undefined)?.code ?? '')
}

/** Services explain why they cannot serve for the moment in a member `message`. */
function reasonOf({ status, json }: JsonAnswer): string {
  const message = (json as { message?: unknown } | null | undefined)?.message
  return `it answers ${status}${typeof message === 'string' ? `: ${message.replace(/\.$/, '')}` : ''}`
}

function nodeTls({ checksName = true, ...certificates }: ClientTls) {
  return checksName ? certificates : { ...certificates, checkServerIdentity: () => undefined }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
