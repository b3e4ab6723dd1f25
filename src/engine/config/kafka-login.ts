/** SASL by the names of Kafka's clients: the mechanism, and credentials from `sasl.jaas.config` or from properties of their own. */
import type { PasswordLogin, SaslOptions, TokenOrigin } from '../../broker/kafka/security/access-options.ts'
import type { ClientProperty } from './client-property.ts'
import { kafkaTls } from './kafka-tls.ts'

const PASSWORD_MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const satisfies PasswordLogin['mechanism'][]
const MECHANISMS = 'PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER'
/** Source: Kafka's `OAuthBearerUnsecuredLoginCallbackHandler`. */
const UNSECURED_LIFETIME_S = 3600

/** Throws an Error for an unknown mechanism and for credentials that are missing. */
export function kafkaLogin(get: ClientProperty): SaslOptions {
  const named = (get('sasl.mechanism') ?? 'PLAIN').toLowerCase()
  const jaas = jaasOptions(get('sasl.jaas.config') ?? '')
  if (named === 'oauthbearer') return { mechanism: named, token: tokenOrigin(get, jaas), extensions: extensions(jaas) }
  const mechanism = PASSWORD_MECHANISMS.find((known) => known === named)
  if (mechanism === undefined) throw new Error(`Unknown sasl.mechanism: ${named}. It is one of ${MECHANISMS}.`)
  const username = jaas.get('username') ?? get('sasl.username')
  const password = jaas.get('password') ?? get('sasl.password')
  if (username === undefined || password === undefined) {
    throw new Error('sasl.jaas.config must hold username="..." and password="...".')
  }
  return { mechanism, username, password }
}

/** Source: KIP-768, and Kafka's `OAuthBearerLoginCallbackHandler` and `ClientCredentialsJwtRetriever`. */
function tokenOrigin(get: ClientProperty, jaas: ReadonlyMap<string, string>): TokenOrigin {
  const subject = jaas.get('unsecuredLoginStringClaim_sub')
  const url = get('sasl.oauthbearer.token.endpoint.url')
  if (url === undefined && subject !== undefined) {
    const seconds = Number(jaas.get('unsecuredLoginLifetimeSeconds') ?? UNSECURED_LIFETIME_S)
    return { kind: 'unsecured', subject, lifetimeMs: seconds * 1000 }
  }
  const { protocol, pathname } = url !== undefined && URL.canParse(url) ? new URL(url) : NO_URL
  if (protocol === 'file:') return { kind: 'file', path: decodeURIComponent(pathname) }
  if (url === undefined || (protocol !== 'http:' && protocol !== 'https:')) {
    throw new Error(
      'sasl.mechanism OAUTHBEARER needs sasl.oauthbearer.token.endpoint.url: the address of a token endpoint, http:// or https://, or of a file with a token, file://.',
    )
  }
  const clientId = get('sasl.oauthbearer.client.credentials.client.id') ?? jaas.get('clientId')
  const clientSecret = get('sasl.oauthbearer.client.credentials.client.secret') ?? jaas.get('clientSecret')
  if (clientId === undefined || clientSecret === undefined) {
    throw new Error(
      'sasl.mechanism OAUTHBEARER needs credentials for its token endpoint: sasl.oauthbearer.client.credentials.client.id and .secret, or clientId="..." and clientSecret="..." in sasl.jaas.config.',
    )
  }
  const scope = get('sasl.oauthbearer.scope') ?? jaas.get('scope') ?? null
  const timeoutMs = Number(get('sasl.login.read.timeout.ms'))
  return { kind: 'endpoint', url, clientId, clientSecret, scope, ca: kafkaTls(get).ca ?? null, timeoutMs }
}

const NO_URL = { protocol: '', pathname: '' }
const EXTENSION = 'extension_'

/** Source: KIP-342. */
function extensions(jaas: ReadonlyMap<string, string>): Record<string, string> {
  const given = [...jaas].filter(([name]) => name.startsWith(EXTENSION))
  return Object.fromEntries(given.map(([name, value]) => [name.slice(EXTENSION.length), value]))
}

/** `name="value"` of a login module, with backslashes before quotes as in Java's files. */
function jaasOptions(text: string): ReadonlyMap<string, string> {
  const options = text.matchAll(/(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s;]+))/g)
  return new Map(
    [...options].map(([, name, quoted, single, bare]) => [
      name!,
      quoted?.replaceAll(/\\(.)/g, '$1') ?? single ?? bare ?? '',
    ]),
  )
}
