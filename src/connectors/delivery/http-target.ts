/** Requests of a connector to its target: kept connections, several addresses, credentials, TLS. Retries are the delivery's. */
import type { Agent, IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { messageOf } from '../../errors.ts'
import { AnswerTooLong, keptConnections, readBody, sendRequest } from '../../http/exchange.ts'
import { RetriableError, type SinkContext } from '../connector.ts'
import { type OptionDeclaration, OptionError, type Options } from '../options.ts'
import { isCertificateError, TLS_OPTIONS, tlsOf } from '../tls-options.ts'

/** Options of all connectors that send HTTP requests. */
export const HTTP_OPTIONS: readonly OptionDeclaration[] = [
  {
    name: 'url',
    type: 'list',
    default: null,
    isRequired: true,
    description:
      'Address of the target, `http://` or `https://`. Several addresses are separated by commas; if one does not answer, the next is tried.',
  },
  {
    name: 'request.timeout.ms',
    type: 'duration',
    default: '30000',
    least: 1,
    description: 'Time within which a request must be answered; after that, it is tried again.',
  },
  {
    name: 'compression',
    type: 'choice',
    default: 'none',
    choices: ['none', 'gzip'],
    description: 'Whether bodies are compressed.',
  },
  ...TLS_OPTIONS,
]

/** Options for a user and a password. */
export const BASIC_OPTIONS: readonly OptionDeclaration[] = [
  { name: 'username', type: 'text', default: null, description: 'User for basic authentication.' },
  { name: 'password', type: 'text', default: null, isSecret: true, description: 'Password of that user.' },
]

/** The header of basic authentication (RFC 7617); none without a user. */
export function basicAuthorization(options: Options): Readonly<Record<string, string>> {
  const user = options.textOrNull('username')
  if (user === null) return {}
  const credentials = `${user}:${options.textOrNull('password') ?? ''}`
  return { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }
}

export interface TargetRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Appended to the address; begins with a slash, or is empty. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | null
}

export interface TargetAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/** An answer that is longer is given up. */
const MAX_ANSWER_BYTES = 64 << 20
/** Answers below 500 that the same server may change by itself. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429])
/** What a server cannot do at all. Other answers from 500 on say that it has failed, and nothing about the request: 507 that its disk is full. */
const LASTING_FAILURES: ReadonlySet<number> = new Set([501, 505])

/** Whether the same request may have another answer later; `status`: of a response, or of one part of it. */
export const mayPass = (status: number): boolean =>
  PASSING.has(status) || (status >= 500 && !LASTING_FAILURES.has(status))

const compress = promisify(gzip)

type HttpContext = Pick<SinkContext, 'options' | 'signal' | 'files' | 'clock'>

export class HttpTarget {
  readonly #context: HttpContext
  readonly #urls: readonly URL[]
  readonly #headers: Readonly<Record<string, string>>
  readonly #timeoutMs: number
  readonly #isCompressed: boolean
  readonly #agents = new Map<string, Agent>()
  /** Index of the address that answered last. */
  #preferred = 0

  /** `headers`: those of each request. `compresses`: whether the option `compression` is about bodies. Throws an OptionError for addresses and files that cannot be used. */
  constructor(
    context: HttpContext,
    headers: Readonly<Record<string, string>> = {},
    { compresses = true }: { readonly compresses?: boolean } = {},
  ) {
    const { options } = context
    this.#context = context
    this.#urls = checkUrls(options.list('url'))
    this.#timeoutMs = options.number('request.timeout.ms')
    this.#isCompressed = compresses && options.text('compression') === 'gzip'
    this.#headers = headers
    const tls = tlsOf(context)
    for (const protocol of new Set(this.#urls.map((url) => url.protocol))) {
      this.#agents.set(protocol, keptConnections(protocol, protocol === 'https:' ? tls : {}))
    }
  }

  /**
   * Any answer that lasts, also a refusal. Rejects with a RetriableError where another try may help: no connection, no answer in time, the
   * target is busy; and with an Error where somebody must act: a certificate does not fit, the credentials are wrong.
   */
  async send(request: TargetRequest): Promise<TargetAnswer> {
    let failure: unknown = null
    for (let i = 0; i < this.#urls.length; i++) {
      const index = (this.#preferred + i) % this.#urls.length
      try {
        const answer = await this.#sendTo(this.#urls[index]!, request)
        this.#preferred = index
        return answer
      } catch (error) {
        if (!(error instanceof RetriableError)) throw error
        failure = error
      }
    }
    throw failure
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy()
  }

  async #sendTo(base: URL, { method, path, headers, body }: TargetRequest): Promise<TargetAnswer> {
    const isCompressed = this.#isCompressed && body !== null && body.length > 0
    const bytes = isCompressed ? await compress(body, { level: 1 }) : body
    const url = new URL(base.href.replace(/\/$/, '') + path)
    try {
      const answer = await sendRequest(url, bytes, {
        method,
        agent: this.#agents.get(base.protocol)!,
        signal: AbortSignal.any([this.#context.signal, AbortSignal.timeout(this.#timeoutMs)]),
        headers: {
          ...this.#headers,
          ...headers,
          ...(bytes !== null && { 'content-length': bytes.length }),
          ...(isCompressed && { 'content-encoding': 'gzip' }),
        },
      })
      const text = await readBody(answer, MAX_ANSWER_BYTES)
      return this.#lasting(base, answer, text)
    } catch (error) {
      throw this.#failure(base, error)
    }
  }

  #lasting(base: URL, answer: IncomingMessage, text: string): TargetAnswer {
    const status = answer.statusCode ?? 0
    if (mayPass(status)) {
      const retryAfterMs = retryAfter(answer.headers['retry-after'], this.#context.clock.now())
      throw new RetriableError(`${base.origin} answers ${status}${saying(text)}.`, { retryAfterMs })
    }
    if (status === 401 || status === 403) {
      throw new Error(`${base.origin} does not accept the credentials: it answers ${status}${saying(text)}.`)
    }
    return { status, headers: answer.headers, text }
  }

  #failure(base: URL, error: unknown): Error {
    if (error instanceof AnswerTooLong)
      return new Error(`The target's answer is longer than ${MAX_ANSWER_BYTES} bytes.`, { cause: error })
    const { code } = error as { readonly code?: unknown }
    if (error instanceof RetriableError || (typeof code !== 'string' && (error as Error).name === 'Error'))
      return error as Error
    if (typeof code === 'string' && isCertificateError(code)) {
      return new Error(`The certificate of ${base.origin} is not accepted: ${messageOf(error)}.`, { cause: error })
    }
    const reason =
      (error as Error).name === 'TimeoutError' ? `no answer within ${this.#timeoutMs} ms` : messageOf(error)
    return new RetriableError(`${base.origin} cannot be reached: ${reason || String(code)}.`, { cause: error })
  }
}

/** The start of an answer's text, for messages. */
const saying = (text: string): string => {
  const clipped = text.trim().slice(0, 300)
  return clipped === '' ? '' : `: ${clipped.replace(/\.$/, '')}`
}

/** Milliseconds, from a number of seconds or a date (RFC 9110, 10.2.3); null: the answer does not say. */
function retryAfter(value: string | undefined, now: number): number | null {
  if (value === undefined) return null
  const seconds = Number(value)
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000)
  const date = Date.parse(value)
  return Number.isNaN(date) ? null : Math.max(0, date - now)
}

function checkUrls(texts: readonly string[]): URL[] {
  return texts.map((text) => {
    if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
      throw new OptionError(
        'url',
        `The option 'url' takes addresses that begin with http:// or https://, not '${text}'.`,
      )
    }
    return new URL(text)
  })
}
