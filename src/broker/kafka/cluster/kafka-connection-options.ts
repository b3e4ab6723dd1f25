/** How a Kafka cluster is reached: options as they are given, and settings with their defaults. */

import type { SaslOptions, TlsOptions } from '../security/access-options.ts'

/** How to reach a Kafka cluster. Plain data, but for `log`, so that it can be handed to a worker thread. */
export interface KafkaOptions {
  /** `host:port` of some of the brokers; the others are found through them. IPv6 addresses in brackets. */
  readonly bootstrapServers: readonly string[]
  /** Shown in the brokers' logs and metrics. Default `millrace`. */
  readonly clientId?: string
  /** Default: no TLS. */
  readonly tls?: TlsOptions
  /** Default: no login. */
  readonly sasl?: SaslOptions
  /** Bound on opening one connection, ms. Default 10,000. */
  readonly connectTimeoutMs?: number
  /** Bound on the answer to one request, ms. Default 30,000. */
  readonly requestTimeoutMs?: number
  /** How long a call retries what a retry can cure (a leader moves, a broker restarts), ms. Default 30,000. */
  readonly retryMs?: number
  /** How long a produced batch is retried before `send` rejects, ms. Default 120,000, as Kafka's `delivery.timeout.ms`. */
  readonly deliveryTimeoutMs?: number
  /** Gets kafkajs's own warnings and errors. Default: none, since every failure also reaches the caller as a BrokerError. */
  readonly log?: (level: 'warn' | 'error', message: string, details: Readonly<Record<string, unknown>>) => void
}

export interface KafkaSettings
  extends Required<Omit<KafkaOptions, 'tls' | 'sasl'>>,
    Pick<KafkaOptions, 'tls' | 'sasl'> {
  /** How brokers name this client in their ACLs; null: not known here. */
  readonly principal: string | null
}

export function withDefaults(options: KafkaOptions): KafkaSettings {
  return {
    clientId: 'millrace',
    connectTimeoutMs: 10_000,
    requestTimeoutMs: 30_000,
    retryMs: 30_000,
    deliveryTimeoutMs: 120_000,
    log: () => {},
    ...options,
    principal: principalOf(options),
  }
}

/** A certificate's and a token's principal depend on rules of the broker. Source: Kafka's `DefaultKafkaPrincipalBuilder`. */
function principalOf({ tls, sasl }: KafkaOptions): string | null {
  if (sasl !== undefined) return sasl.mechanism === 'oauthbearer' ? null : `User:${sasl.username}`
  return tls === undefined ? 'User:ANONYMOUS' : null
}

export interface Address {
  readonly host: string
  readonly port: number
}

const DEFAULT_PORT = 9092

/** `host`, `host:port` or `[ipv6]:port`. */
export function parseAddress(text: string): Address {
  const bracketed = /^\[(.+)\](?::(\d+))?$/.exec(text)
  const [, host = text, port = DEFAULT_PORT] = bracketed ?? /^([^:]+)(?::(\d+))?$/.exec(text) ?? []
  return { host, port: Number(port) }
}
