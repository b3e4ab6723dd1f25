/** A bucket of Amazon S3, or of a store that speaks its protocol. Source: Amazon S3 API reference. */
import aws4 from 'aws4'
import type { SinkContext } from '../connector.ts'
import { HttpTarget, type TargetAnswer } from '../delivery/http-target.ts'
import type { Options } from '../options.ts'

const NEXT_OFFSET = 'x-amz-meta-next-offset'
const CLUSTER = 'x-amz-meta-cluster'

/** Another task has written the object: this one is not the owner of the partition any more, or its answer was lost. */
class WrittenError extends Error {
  override readonly name = 'WrittenError'
}

export interface NewObject {
  readonly key: string
  readonly contentType: string
  readonly body: Uint8Array
  /** Offset behind its last record. */
  readonly nextOffset: number
}

/** Requests to a bucket, signed by Signature Version 4. */
export class Bucket {
  readonly #target: HttpTarget
  readonly #options: Options
  readonly #cluster: string
  readonly #host: string
  readonly #path: string

  constructor(context: SinkContext) {
    const { options, cluster } = context
    this.#options = options
    this.#cluster = cluster
    this.#target = new HttpTarget(context, {}, { compresses: false })
    const [url] = options.list('url')
    const { host, pathname } = new URL(url!)
    this.#host = host
    this.#path = `${pathname.replace(/\/$/, '')}/${encodeURIComponent(options.text('bucket'))}`
  }

  /** The greatest key behind `after` that begins with the prefix; null: there is none. */
  async lastKey(prefix: string, after: string): Promise<string | null> {
    let last: string | null = null
    for (let from = after; ; from = last!) {
      const query = new URLSearchParams({ 'list-type': '2', prefix, 'start-after': from })
      const { text } = accepted(await this.#send('GET', `?${query}`, null), 'list its objects')
      const keys = [...text.matchAll(/<Key>([^<]*)<\/Key>/g)].map((match) => unescapeXml(match[1]!))
      last = keys.at(-1) ?? last
      if (!text.includes('<IsTruncated>true</IsTruncated>') || keys.length === 0) return last
    }
  }

  /** Offset behind the last record of an object; null: the object does not say. Rejects for one of another cluster. */
  async nextOffset(key: string): Promise<number | null> {
    const { headers } = accepted(await this.#send('HEAD', `/${encodedKey(key)}`, null), 'read an object')
    if (headers[CLUSTER] !== undefined && headers[CLUSTER] !== this.#cluster) {
      throw new Error(
        `The object ${key} is of the topic of another cluster, so that offsets mean other records. Choose another prefix, or move it away.`,
      )
    }
    const offset = headers[NEXT_OFFSET]
    return offset === undefined ? null : Number(offset)
  }

  /** Rejects with a WrittenError if there is an object of the name. */
  async put({ key, contentType, body, nextOffset }: NewObject): Promise<void> {
    const answer = await this.#send('PUT', `/${encodedKey(key)}`, body, {
      'content-type': contentType,
      'if-none-match': '*',
      [NEXT_OFFSET]: String(nextOffset),
      [CLUSTER]: this.#cluster,
    })
    if (answer.status === 412)
      throw new WrittenError(`The object ${key} is there already. The task continues behind it.`)
    accepted(answer, 'write an object')
  }

  close(): void {
    this.#target.close()
  }

  #send(
    method: 'GET' | 'HEAD' | 'PUT',
    path: string,
    body: Uint8Array | null,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<TargetAnswer> {
    const token = this.#options.textOrNull('session.token')
    const signed = aws4.sign(
      {
        service: 's3',
        region: this.#options.text('region'),
        method,
        host: this.#host,
        path: this.#path + path,
        headers: { ...headers },
        ...(body !== null && { body: Buffer.from(body.buffer, body.byteOffset, body.byteLength) }),
      },
      {
        accessKeyId: this.#options.text('access.key'),
        secretAccessKey: this.#options.text('secret.key'),
        ...(token !== null && { sessionToken: token }),
      },
    )
    return this.#target.send({
      method,
      path: `/${encodeURIComponent(this.#options.text('bucket'))}${path}`,
      headers: signed.headers as Record<string, string>,
      body,
    })
  }
}

function accepted(answer: TargetAnswer, what: string): TargetAnswer {
  if (answer.status < 300) return answer
  throw new Error(`The store refuses to ${what}: it answers ${answer.status} ${answer.text.slice(0, 300)}`)
}

const encodedKey = (key: string): string =>
  key
    .split('/')
    .map((part) =>
      encodeURIComponent(part).replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`),
    )
    .join('/')

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

const unescapeXml = (text: string): string =>
  text.replaceAll(/&(?:#(\d+)|(\w+));/g, (whole, code: string | undefined, name: string | undefined) =>
    code === undefined ? (ENTITIES[name ?? ''] ?? whole) : String.fromCodePoint(Number(code)),
  )
