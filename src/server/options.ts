/** The server's part of the configuration. The names are ksqlDB's KsqlRestConfig; docs/configuration.md lists them. */
import { readFileSync } from 'node:fs'
import { createSecureContext, type SecureContextOptions } from 'node:tls'
import { settingOf } from '../engine/config/config.ts'
import { BasicAuth, readUsers } from './basic-auth.ts'
import type { ConnectionTimeouts } from './connections.ts'
import { HostRules } from './host-rules.ts'
import { type Listener, parseListeners } from './listener.ts'
import type { TlsOptions } from './net/listen.ts'
import { OriginRules } from './origin-rules.ts'

export interface ServerOptions {
  readonly listeners: readonly Listener[]
  /** Null: no https listener. */
  readonly tls: TlsOptions | null
  readonly hosts: HostRules
  readonly origins: OriginRules
  /** Null: everybody may use the server. */
  readonly users: BasicAuth | null
  readonly maxBodyBytes: number
  readonly healthIntervalMs: number
  readonly webSocketMaxAgeMs: number
  readonly timeouts: ConnectionTimeouts
}

type Get = (name: string) => string | undefined

/**
 * From configuration by name; where it has no value, the setting's default counts. Reads the files it names. Throws an Error for a value
 * that cannot be.
 */
export function serverOptions(given: Get): ServerOptions {
  const get = (name: string) => given(name) ?? defaultOf(name)
  const need = (name: string) => get(name) ?? ''
  const number = (name: string) => readNumber(name, given(name) || defaultOf(name))
  const listeners = parseListeners(need('listeners'))
  const tls = tlsOptions(get)
  if (tls === null && listeners.some(({ isSecure }) => isSecure)) {
    throw new Error(
      'An https listener needs a key and a certificate: set ssl.key.location and ssl.certificate.location.',
    )
  }
  return {
    listeners,
    tls,
    hosts: new HostRules({ listeners, hosts: need('access.control.allow.hosts') }),
    origins: new OriginRules({
      origins: get('access.control.allow.origin'),
      methods: need('access.control.allow.methods'),
      headers: need('access.control.allow.headers'),
    }),
    users: users(get),
    maxBodyBytes: number('ksql.server.max.request.bytes'),
    healthIntervalMs: number('ksql.healthcheck.interval.ms'),
    webSocketMaxAgeMs: number('ksql.websocket.connection.max.timeout.ms'),
    timeouts: {
      headMs: 30_000,
      requestMs: 300_000,
      idleMs: Math.min(number('ksql.idle.connection.timeout.seconds'), MAX_TIMER_SECONDS) * 1000,
    },
  }
}

/** Node's timers hold 31 bits of milliseconds. */
const MAX_TIMER_SECONDS = 2_000_000

const defaultOf = (name: string): string | undefined => settingOf(name)?.default ?? undefined

function readNumber(name: string, value: string | undefined): number {
  const number = Number(value)
  if (Number.isSafeInteger(number) && number >= 0) return number
  throw new Error(`Configuration ${name} must be a whole number, but is '${value}'.`)
}

/** PEM files: a key and a certificate, and a bundle of authorities for clients' certificates. */
function tlsOptions(get: Get): TlsOptions | null {
  const key = get('ssl.key.location')
  const certificate = get('ssl.certificate.location')
  if (key === undefined || certificate === undefined) return null
  const authorities = get('ssl.ca.location')
  const passphrase = get('ssl.key.password')
  const files = {
    key: readFile('ssl.key.location', key),
    cert: readFile('ssl.certificate.location', certificate),
    ...(authorities === undefined ? {} : { ca: readFile('ssl.ca.location', authorities) }),
    ...(passphrase === undefined ? {} : { passphrase }),
  }
  checkTls(files)
  return { ...files, clientAuth: clientAuth(get('ssl.client.authentication')) }
}

/** Throws an Error for files that hold no key and certificate that belong together, or a wrong passphrase. */
function checkTls(files: SecureContextOptions): void {
  try {
    createSecureContext(files)
  } catch (error) {
    throw new Error(
      `The key and certificate of ssl.key.location and ssl.certificate.location cannot be used: ${(error as Error).message}`,
      { cause: error },
    )
  }
}

function clientAuth(value = 'NONE'): TlsOptions['clientAuth'] {
  const lower = value.toLowerCase()
  if (lower === 'none' || lower === 'requested' || lower === 'required') return lower
  throw new Error(`Configuration ssl.client.authentication must be NONE, REQUESTED or REQUIRED, but is '${value}'.`)
}

function users(get: Get): BasicAuth | null {
  const method = get('authentication.method')?.toUpperCase() ?? 'NONE'
  if (method === 'NONE') return null
  if (method !== 'BASIC')
    throw new Error(`Configuration authentication.method must be NONE or BASIC, but is '${method}'.`)
  const file = get('authentication.users.location')
  if (file === undefined) {
    throw new Error(
      'authentication.method=BASIC needs authentication.users.location: a file with a line "user: password" for each user.',
    )
  }
  return new BasicAuth({
    realm: get('authentication.realm') ?? '',
    users: readUsers(readFile('authentication.users.location', file)),
    skipPaths: (get('authentication.skip.paths') ?? '').split(',').filter((path) => path.trim() !== ''),
  })
}

function readFile(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new Error(`Cannot read ${path}, which configuration ${name} names: ${(error as Error).message}`, {
      cause: error,
    })
  }
}
