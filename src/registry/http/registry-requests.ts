/**
 * Requests to a schema registry over HTTP/1.1 connections that are kept: several addresses, credentials, TLS, retries with growing pauses.
 * An address that does not answer gives way to the next one, which is then tried first.
 */
import type { Agent, IncomingMessage, RequestOptions } from 'node:http'
import { sleep, type Timer } from '../../clock.ts'
import type { TlsOptions } from '../registry-options.ts'
import { RegistryError } from '../schema-registry.ts'

const MEDIA_TYPE = 'application/vnd.schemaregistry.v1+json'
/** An answer that is longer is refused, so that a wrong address cannot fill the memory. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024
/** Rounds over all addresses before a request fails. */
const ROUNDS = 3
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 1000
/** Answers that another server, or the same one later, may change. 500 is not among them: some registries give it for a bad schema. */
const PASSING: ReadonlySet<number> = new Set([408, 429, 502, 503, 504])

export interface RegistryRequestsOptions {
  /** At least one, without a slash at the end. */
  readonly urls: readonly string[]
  /** Value of the Authorization header; null: none. */
  readonly authorization: string | null
  readonly tls: TlsOptions
  readonly timeoutMs: number
  readonly timer: Timer
  /** In [0, 1). */
  readonly random: () => number
}

export interface RegistryRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Begins with a slash; parts are percent-encoded. */
  readonly path: string
  readonly body?: unknown
}

export interface RegistryAnswer {
  readonly status: number
  /** Undefined: the body is no JSON. */
  readonly json: unknown
  readonly text: string
}

export class RegistryRequests {
  readonly #options: RegistryRequestsOptions
  readonly #agents = new Map<string, Agent>()
  /** Index of the address that answered last. */
  #preferred = 0

  constructor(options: RegistryRequestsOptions) {
    this.#options = options
  }

  /** Gives any answer, also a refusal. Rejects with a RegistryError of kind UNAVAILABLE if no address answers. */
  async send(request: RegistryRequest): Promise<RegistryAnswer> {
    let failure: RegistryError | null = null
    for (let round = 0; round < ROUNDS; round++) {
      if (round > 0) await sleep(this.#options.timer, this.#pauseMs(round))
      const answer = await this.#tryAll(request)
      if (!(answer instanceof RegistryError)) return answer
      failure = answer
    }
    throw failure!
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy()
    this.#agents.clear()
  }

  /** Between the half and the whole of a time that doubles. */
  #pauseMs(round: number): number {
    const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (round - 1))
    return longest * (0.5 + this.#options.random() / 2)
  }

  async #tryAll(request: RegistryRequest): Promise<RegistryAnswer | RegistryError> {
    const { urls } = this.#options
    let failure: RegistryError | null = null
    for (let i = 0; i < urls.length; i++) {
      const index = (this.#preferred + i) % urls.length
      try {
        const answer = await this.#ask(urls[index]!, request)
        if (!PASSING.has(answer.status)) {
          this.#preferred = index
          return answer
        }
        failure = unavailable(urls[index]!, `it answers ${answer.status}`, answer.status)
      } catch (error) {
        failure = unavailable(urls[index]!, error instanceof Error ? error.message : String(error), 0, error)
      }
    }
    return failure!
  }

  async #ask(base: string, { method, path, body }: RegistryRequest): Promise<RegistryAnswer> {
    const url = new URL(base + path)
    const text = body === undefined ? null : JSON.stringify(body)
    const { authorization, timeoutMs } = this.#options
    const answer = await begin(url, text, {
      method,
      agent: this.#agentOf(url.protocol),
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        accept: `${MEDIA_TYPE}, application/json`,
        ...(text !== null && { 'content-type': MEDIA_TYPE, 'content-length': Buffer.byteLength(text) }),
        ...(authorization !== null && { authorization }),
      },
    })
    const received = await bodyOf(answer)
    return { status: answer.statusCode ?? 0, json: parsed(received), text: received }
  }

  #agentOf(protocol: string): Agent {
    const existing = this.#agents.get(protocol)
    if (existing !== undefined) return existing
    const options = protocol === 'https:' ? { keepAlive: true, ...this.#options.tls } : { keepAlive: true }
    const agent = new (clientOf(protocol).Agent)(options)
    this.#agents.set(protocol, agent)
    return agent
  }
}

const clientOf = (protocol: string) => process.getBuiltinModule(protocol === 'https:' ? 'node:https' : 'node:http')

function begin(url: URL, body: string | null, options: RequestOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = clientOf(url.protocol).request(url, options, resolve)
    sent.once('error', reject)
    sent.end(body ?? undefined)
  })
}

async function bodyOf(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of answer as AsyncIterable<Buffer>) {
    length += part.length
    if (length > MAX_ANSWER_BYTES) {
      answer.destroy()
      throw new Error(`its answer is longer than ${MAX_ANSWER_BYTES} bytes`)
    }
    parts.push(part)
  }
  if (!answer.complete) throw new Error('it broke its answer off')
  return Buffer.concat(parts).toString()
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function unavailable(base: string, reason: string, status: number, cause?: unknown): RegistryError {
  const { origin } = new URL(base)
  const message = `The schema registry at ${origin} cannot be reached: ${reason || 'no connection'}.`
  return new RegistryError(message, { kind: 'UNAVAILABLE', status, cause })
}
