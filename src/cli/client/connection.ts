/** Requests over HTTP/1.1 to one server, with the caller's credentials. */
import type { ClientRequest, IncomingMessage } from 'node:http'
import { ClientError } from './client-error.ts'
import { requestHttp, requestHttps } from './node-http.ts'

/** A user with a password, or a token; empty for servers without authentication. */
export interface Credentials {
  readonly user?: string | undefined
  readonly password?: string | undefined
  /** Bearer token. */
  readonly token?: string | undefined
  /** Headers of each request, such as those that a gateway before the server wants. */
  readonly headers?: Readonly<Record<string, string>> | undefined
}

export interface SendOptions {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly accept: string
  /** Body as JSON text. */
  readonly body?: string
  /** Aborts the request, and the answer if it has begun. */
  readonly signal?: AbortSignal | undefined
}

/** One server, reached with one user's credentials. */
export class Connection {
  readonly url: URL
  readonly #credentials: Credentials

  /** Throws a ClientError with an example if `url` is not the address of a server. */
  constructor(url: string, credentials: Credentials = {}) {
    const text = url.includes('://') ? url : `http://${url}`
    if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
      throw new ClientError(`Not the address of a server: '${url}'. Write it like http://localhost:8088.`)
    }
    this.url = new URL(text)
    this.#credentials = credentials
  }

  /** Value of the header `Authorization`. */
  get authorization(): string | undefined {
    const { user, password, token } = this.#credentials
    if (token !== undefined) return `Bearer ${token}`
    return user === undefined ? undefined : `Basic ${Buffer.from(`${user}:${password ?? ''}`).toString('base64')}`
  }

  /**
   * Resolves when the head of the answer arrives. Throws a ClientError for every status of 400 or above, and if the server cannot be reached.
   */
  async send(options: SendOptions): Promise<IncomingMessage> {
    const answer = await this.#open(options)
    if ((answer.statusCode ?? 500) < 400) return answer
    throw ClientError.fromAnswer(answer.statusCode ?? 500, await readText(answer))
  }

  #open({ method, path, accept, body, signal }: SendOptions): Promise<IncomingMessage> {
    const request = this.url.protocol === 'https:' ? requestHttps : requestHttp
    const { authorization } = this
    return new Promise((resolve, reject) => {
      const sent: ClientRequest = request(
        new URL(path, this.url),
        {
          method,
          signal,
          headers: {
            ...this.#credentials.headers,
            accept,
            ...(authorization !== undefined && { authorization }),
            ...(body !== undefined && {
              'content-type': 'application/json',
              'content-length': Buffer.byteLength(body),
            }),
          },
        },
        resolve,
      )
      sent.once('error', (error) => reject(this.explained(error)))
      sent.end(body)
    })
  }

  /** A failed connection explained to the user. */
  explained(error: Error): Error {
    if (error.name === 'AbortError') return error
    const { code } = error as NodeJS.ErrnoException
    const reason = code === 'ECONNREFUSED' ? 'nothing listens there' : error.message || code
    return new ClientError(
      `Could not connect to the server at ${this.url.origin}: ${reason}. Is it running? 'millrace server' starts one.`,
      { cause: error },
    )
  }
}

/** The whole body of an answer. */
export async function readText(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
