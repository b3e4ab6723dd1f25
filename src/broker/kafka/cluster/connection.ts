/**
 * One TCP or TLS connection to one broker. kafkajs opens it, authenticates it and watches the requests' timeouts; the bytes in both
 * directions bypass kafkajs's encoder and decoder, which copy them two or three times.
 */

import { connect as connectTcp, isIP } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import { type ISocketFactory, type LogEntry, logLevel } from 'kafkajs'
import { createLogger, type Logger } from 'kafkajs/src/loggers/index.js'
import Connection from 'kafkajs/src/network/connection.js'
import { type Definition, lookup, requests } from 'kafkajs/src/protocol/requests/index.js'
import { BrokerError } from '../../broker-error.ts'
import { FrameReader } from '../protocol/frames.ts'
import { unavailable } from '../protocol/protocol-errors.ts'
import type { TlsOptions } from '../security/access-options.ts'
import { connectError } from '../security/connect-error.ts'
import type { KafkajsLogin } from '../security/kafkajs-sasl.ts'
import type { Address, KafkaSettings } from './kafka-connection-options.ts'
import '../protocol/quiet-timers.ts'
import { WireWriter } from '../protocol/wire.ts'

const KEEP_ALIVE_MS = 60_000
const SIZE_BYTES = 4

export interface RawRequest {
  readonly apiKey: number
  readonly apiName: string
  readonly apiVersion: number
  /** Whether the version is a "flexible" one, whose header and answer's header end with tagged fields. Default false. */
  readonly flexible?: boolean
  /** The message, written one after the other without being copied. Not to be touched before the answer. */
  readonly body: readonly Uint8Array[]
  /** A longer bound than the connection's, ms. */
  readonly timeoutMs?: number
}

/** A request whose codec is kafkajs's. */
export interface Api<Arguments, Response> {
  readonly key: number
  readonly definition: Definition<Arguments, Response>
}

export type Allocate = (size: number) => Buffer

/** What the connections of a cluster have in common. */
export interface ConnectionSetup {
  readonly settings: KafkaSettings
  readonly logger: Logger
  /** Null: no SASL. */
  readonly login: KafkajsLogin | null
}

export class KafkaConnection extends Connection {
  readonly address: Address
  readonly #frames: FrameReader

  private constructor(address: Address, { settings, logger, login }: ConnectionSetup, allocate?: Allocate) {
    super({
      ...address,
      logger,
      socketFactory: openSocket,
      clientId: settings.clientId,
      requestTimeout: settings.requestTimeoutMs,
      connectionTimeout: settings.connectTimeoutMs,
      ssl: settings.tls === undefined ? null : nodeTls(settings.tls),
      sasl: login,
    })
    this.address = address
    this.#frames = new FrameReader((frame) => this.#onFrame(frame), allocate)
  }

  /**
   * Connects and authenticates. `UNAVAILABLE` when the broker does not answer, `AUTHORIZATION_FAILED` when it refuses us or we do not trust
   * it. `allocate`: where answers go; by default each into a buffer of its own.
   */
  static async open(address: Address, setup: ConnectionSetup, allocate?: Allocate): Promise<KafkaConnection> {
    const connection = new KafkaConnection(address, setup, allocate)
    try {
      await connection.connect()
      const { apiVersions } = await connection.send(requests.ApiVersions.protocol({ version: 1 })())
      connection.setVersions(Object.fromEntries(apiVersions.map((versions) => [versions.apiKey, versions])))
      connection.setSupportAuthenticationProtocol(true)
      await connection.authenticate()
      return connection
    } catch (cause) {
      await connection.hangUp()
      throw connectError(`${address.host}:${address.port}`, setup.settings, cause)
    }
  }

  /** Whether it must be replaced: it is broken, or its SASL session is nearly over. */
  get isStale(): boolean {
    return !this.isConnected() || (this.sasl !== null && !this.isAuthenticated())
  }

  /**
   * Sends one request and resolves with the body of the response. Requests leave in the order of the calls; any number may be under way.
   * `UNAVAILABLE` when the connection breaks or the time is over; it is then unknown whether the broker acted on it.
   */
  async exchange(request: RawRequest): Promise<Buffer> {
    const { apiKey, apiName, apiVersion, timeoutMs = null } = request
    const correlationId = this.nextCorrelationId()
    const header = requestHeader(request, correlationId, this.clientId)
    try {
      const { payload } = await new Promise<{ payload: Buffer }>((resolve, reject) => {
        if (!this.isConnected()) throw new Error('The connection is closed.')
        this.requestQueue.push({
          entry: { apiKey, apiName, apiVersion, correlationId, resolve, reject },
          expectResponse: true,
          requestTimeout: timeoutMs,
          sendRequest: () => this.#write(header, request.body),
        })
      })
      return payload
    } catch (cause) {
      throw unavailable(`${apiName} to ${this.address.host}:${this.address.port}`, cause)
    }
  }

  /** As {@link exchange}, with a codec of kafkajs in the newest version that both sides know. Error codes stay in the answer. */
  async call<Arguments, Response>(
    api: Api<Arguments, Response>,
    args: Arguments,
    { timeoutMs }: { readonly timeoutMs?: number } = {},
  ): Promise<Response> {
    const { request, response } = this.#protocol(api)(args)
    const { buffer } = await request.encode()
    const { apiKey, apiName, apiVersion } = request
    const raw = { apiKey, apiName, apiVersion, body: [buffer], ...(timeoutMs && { timeoutMs }) }
    return response.decode(await this.exchange(raw))
  }

  /** Rejects what is under way and closes. */
  async hangUp(): Promise<void> {
    this.rejectRequests(new Error('The connection was closed.'))
    await this.disconnect()
    this.socket?.destroy()
  }

  /** kafkajs calls this with what the socket yields. While it authenticates, the answers are its own. */
  override processData(chunk: Buffer): void {
    try {
      if (this.authHandlers !== null) super.processData(chunk)
      else this.#frames.push(chunk)
    } catch (error) {
      this.rejectRequests(error as Error)
      this.socket?.destroy()
      void this.disconnect()
    }
  }

  #onFrame(frame: Buffer): void {
    this.requestQueue.fulfillRequest({
      size: frame.length,
      correlationId: frame.readInt32BE(0),
      payload: frame.subarray(SIZE_BYTES),
    })
  }

  #protocol<Arguments, Response>({ key, definition }: Api<Arguments, Response>) {
    try {
      return lookup(this.versions ?? {})(key, definition)
    } catch (cause) {
      throw new BrokerError('UNSUPPORTED', `This Kafka does not know the request ${key}.`, { cause })
    }
  }

  #write(header: Buffer, body: readonly Uint8Array[]): void {
    const { socket } = this
    if (socket === undefined) return
    socket.cork()
    socket.write(header)
    for (const part of body) socket.write(part)
    socket.uncork()
  }
}

/** Stands for the frame's size until it is known. */
const SIZE_TO_COME = 0

/**
 *     frame
 *       size                INT32            of what follows, the message included
 *       request_api_key     INT16
 *       request_api_version INT16
 *       correlation_id      INT32
 *       client_id           NULLABLE_STRING
 *       tagged fields                        in version 2 of the header, which flexible requests have
 *       message
 *
 * Source: Kafka protocol guide, "Request Header". Returns everything before the message.
 */
function requestHeader(
  { apiKey, apiVersion, flexible = false, body }: RawRequest,
  correlationId: number,
  clientId: string,
): Buffer {
  const header = new WireWriter()
  header.int32(SIZE_TO_COME).int16(apiKey).int16(apiVersion).int32(correlationId).nullableString(clientId)
  if (flexible) header.noTaggedFields()
  const bytes = header.take()
  const size = body.reduce((sum, part) => sum + part.length, bytes.length - SIZE_BYTES)
  bytes.writeInt32BE(size, 0)
  return bytes
}

const openSocket: ISocketFactory = ({ host, port, ssl, onConnect }) => {
  const servername = isIP(host) ? {} : { servername: host }
  const socket = ssl
    ? connectTls({ host, port, ...servername, ...ssl }, onConnect)
    : connectTcp({ host, port, noDelay: true }, onConnect)
  socket.setKeepAlive(true, KEEP_ALIVE_MS)
  return socket
}

function nodeTls({ checksName = true, pfx, ...certificates }: TlsOptions): ConnectionOptions {
  return {
    ...certificates,
    ...(pfx !== undefined && { pfx: Buffer.from(pfx) }),
    ...(!checksName && { checkServerIdentity: () => undefined }),
  }
}

/** kafkajs's logger over `log`, warnings and errors only. */
export function kafkajsLogger(log: KafkaSettings['log']): Logger {
  return createLogger({ level: logLevel.WARN, logCreator: () => (entry) => forward(entry, log) })
}

export function forward({ level, namespace, log: entry }: LogEntry, log: KafkaSettings['log']): void {
  const { message, ...details } = entry
  log(level === logLevel.ERROR ? 'error' : 'warn', `${namespace}: ${message}`, details)
}
