/** Gets one token for SASL OAUTHBEARER: from a token endpoint, from a file, or made here without a signature. */
import { readFile } from 'node:fs/promises'
import type { Clock } from '../../../clock.ts'
import { messageOf } from '../../../errors.ts'
import { readBody, sendRequest } from '../../../http/exchange.ts'
import { BrokerError } from '../../broker-error.ts'
import type { TokenOrigin } from './access-options.ts'

export interface Token {
  /** As the broker gets it. */
  readonly value: string
  /** For how long it counts from now on. */
  readonly lifetimeMs: number
}

type Endpoint = Extract<TokenOrigin, { kind: 'endpoint' }>

/** The time that a token counts for which says nothing about its end. */
const UNKNOWN_LIFETIME_MS = 5 * 60_000
const TOO_MANY_REQUESTS = 429
/** Answers of token endpoints have a few kilobytes. */
const MAX_ANSWER_BYTES = 1 << 20

/**
 * Rejects with a BrokerError: `AUTHORIZATION_FAILED` where the endpoint refuses the client, and where the file cannot be read; `UNAVAILABLE` where
 * the endpoint does not answer or is in trouble.
 */
export async function obtainToken(origin: TokenOrigin, clock: Clock): Promise<Token> {
  switch (origin.kind) {
    case 'endpoint':
      return requestToken(origin, clock)
    case 'file':
      return tokenOf(await readToken(origin.path), null, clock)
    case 'unsecured':
      return unsecuredToken(origin, clock)
  }
}

async function readToken(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (cause) {
    throw new BrokerError('AUTHORIZATION_FAILED', `The token file cannot be read: ${(cause as Error).message}`, {
      cause,
    })
  }
}

async function requestToken(endpoint: Endpoint, clock: Clock): Promise<Token> {
  const { status, body } = await post(endpoint)
  if (status >= 500 || status === TOO_MANY_REQUESTS)
    throw new BrokerError('UNAVAILABLE', `The token endpoint ${endpoint.url} answered ${status}.`, { retriable: true })
  const answer = parsed(body)
  const value = answer['access_token']
  if (status === 200 && typeof value === 'string' && value !== '') return tokenOf(value, answer['expires_in'], clock)
  const reasons = [answer['error'], answer['error_description']].filter((text) => typeof text === 'string')
  const why = reasons.length === 0 ? '' : ` (${reasons.join(': ')})`
  const what = status === 200 ? 'answered without an access_token' : `refused the client: it answered ${status}`
  throw new BrokerError(
    'AUTHORIZATION_FAILED',
    `The token endpoint ${endpoint.url} ${what}${why}. Check the client's id, secret and scope.`,
  )
}

/** The credentials go into the header, as RFC 6749 has it; like Kafka's client, without encoding them for a form. */
async function post({ url, clientId, clientSecret, scope, ca, timeoutMs }: Endpoint): Promise<Answer> {
  const form = new URLSearchParams({ grant_type: 'client_credentials', ...(scope !== null && { scope }) }).toString()
  const headers = {
    authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': Buffer.byteLength(form),
    accept: 'application/json',
  }
  try {
    const answer = await sendRequest(new URL(url), form, {
      method: 'POST',
      headers,
      signal: AbortSignal.timeout(timeoutMs),
      ...(ca !== null && { ca }),
    })
    return { status: answer.statusCode ?? 0, body: await readBody(answer, MAX_ANSWER_BYTES) }
  } catch (cause) {
    const message = `The token endpoint ${url} cannot be reached: ${messageOf(cause)}`
    throw new BrokerError('UNAVAILABLE', message, { retriable: true, cause })
  }
}

interface Answer {
  readonly status: number
  readonly body: string
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

/** The end is what the token itself says, which is what the broker reads; else what the endpoint says. */
function tokenOf(value: string, expiresIn: unknown, clock: Clock): Token {
  const { exp } = parsed(Buffer.from(value.split('.')[1] ?? '', 'base64url').toString())
  if (typeof exp === 'number') return { value, lifetimeMs: exp * 1000 - clock.now() }
  const seconds = Number(expiresIn ?? Number.NaN)
  return { value, lifetimeMs: Number.isFinite(seconds) ? seconds * 1000 : UNKNOWN_LIFETIME_MS }
}

function unsecuredToken({ subject, lifetimeMs }: Extract<TokenOrigin, { kind: 'unsecured' }>, clock: Clock): Token {
  const now = clock.now()
  const claims = { sub: subject, iat: now / 1000, exp: (now + lifetimeMs) / 1000 }
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return { value: `${part({ alg: 'none' })}.${part(claims)}.`, lifetimeMs }
}
