/** The security matrix: each way into a secured broker, with what is right and with what is wrong. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { STORE_PASSWORD } from './certificates.ts'
import type { SecuredBroker } from './secured-broker.ts'
import { CLIENT_ID, CLIENT_SECRET } from './token-endpoint.ts'

export interface Row {
  readonly name: string
  readonly bootstrapServers: string
  /** The server's, in the names of Kafka's clients. */
  readonly properties: Readonly<Record<string, string>>
  /** Null: the server works. Else what it must say: at its end, or, where trying again may help, while it tries. */
  readonly refusal: { readonly says: RegExp; readonly ends: boolean } | null
}

type Properties = Record<string, string>

const works = null
const ends = (says: RegExp) => ({ says, ends: true })
const tries = (says: RegExp) => ({ says, ends: false })

/** `directory`: for files of the rows' own. */
export function matrix({ plain, addresses, keys, tokens, javaTruststore }: SecuredBroker, directory: string): Row[] {
  const trust = { 'ssl.truststore.location': keys.broker.certificate }
  const keystore = (location: string) => ({
    'ssl.keystore.location': location,
    'ssl.keystore.password': STORE_PASSWORD,
  })
  const login = (mechanism: string, password: string): Properties => ({
    'sasl.mechanism': mechanism,
    'sasl.jaas.config': `org.apache.kafka...LoginModule required username="bob" password="${password}";`,
  })
  const client = (secret: string): Properties => ({
    'sasl.mechanism': 'OAUTHBEARER',
    'sasl.oauthbearer.token.endpoint.url': tokens.url,
    'sasl.jaas.config': `org.apache.kafka...OAuthBearerLoginModule required clientId="${CLIENT_ID}" clientSecret="${secret}" scope="kafka";`,
  })
  const tokenFile = (name: string, text: string): Properties => {
    writeFileSync(join(directory, name), text)
    return { 'sasl.mechanism': 'OAUTHBEARER', 'sasl.oauthbearer.token.endpoint.url': `file://${join(directory, name)}` }
  }
  const row = (name: string, at: string, protocol: string, properties: Properties, refusal: Row['refusal']): Row => ({
    name,
    bootstrapServers: at,
    properties: { 'security.protocol': protocol, ...properties },
    refusal,
  })
  const oauth = (name: string, properties: Properties, refusal: Row['refusal']) =>
    row(name, addresses.OAUTH, 'SASL_SSL', { ...trust, ...properties }, refusal)

  return [
    row('TLS', addresses.TLS, 'SSL', trust, works),
    row('TLS, broker not trusted', addresses.TLS, 'SSL', {}, ends(/is not trusted.*ssl\.truststore\.location/)),
    row(
      'TLS, broker of another name',
      addresses.ELSEWHERE,
      'SSL',
      { 'ssl.truststore.location': keys.elsewhere.certificate },
      ends(/is not trusted.*ssl\.endpoint\.identification/),
    ),
    row(
      'TLS, its name not compared',
      addresses.ELSEWHERE,
      'SSL',
      { 'ssl.truststore.location': keys.elsewhere.certificate, 'ssl.endpoint.identification.algorithm': '' },
      works,
    ),
    row(
      'TLS, Java truststore',
      addresses.TLS,
      'SSL',
      { 'ssl.truststore.location': javaTruststore },
      ends(/where PEM is needed.*keytool/),
    ),
    row('mTLS', addresses.MTLS, 'SSL', { ...trust, ...keystore(keys.client.keystore) }, works),
    row(
      'mTLS, no certificate',
      addresses.MTLS,
      'SSL',
      trust,
      ends(/refuses the TLS handshake.*ssl\.keystore\.location/),
    ),
    row(
      'mTLS, unknown certificate',
      addresses.MTLS,
      'SSL',
      { ...trust, ...keystore(keys.stranger.keystore) },
      ends(/refuses the TLS handshake.*ssl\.keystore\.location/),
    ),
    row(
      'mTLS, wrong password of the key',
      addresses.MTLS,
      'SSL',
      { ...trust, ...keystore(keys.client.keystore), 'ssl.keystore.password': 'x' },
      ends(/cannot be used.*ssl\.keystore\.password/),
    ),
    ...['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
      row(mechanism, addresses.LOGIN, 'SASL_PLAINTEXT', login(mechanism, 'bob-secret'), works),
      row(
        `${mechanism} over TLS`,
        addresses.SECURE,
        'SASL_SSL',
        { ...trust, ...login(mechanism, 'bob-secret') },
        works,
      ),
      row(
        `${mechanism}, wrong password`,
        addresses.SECURE,
        'SASL_SSL',
        { ...trust, ...login(mechanism, 'x') },
        ends(/refuses the credentials/),
      ),
    ]),
    oauth('OAUTHBEARER', client(CLIENT_SECRET), works),
    oauth('OAUTHBEARER, token in a file', tokenFile('token', tokens.token({ lifetimeS: 3600 })), works),
    oauth('OAUTHBEARER, wrong secret', client('x'), ends(/refused the client: it answered 401 \(invalid_client\)/)),
    oauth(
      'OAUTHBEARER, token of another audience',
      tokenFile('other', tokens.token({ audience: 'x', lifetimeS: 3600 })),
      ends(/refuses the token/),
    ),
    oauth(
      'OAUTHBEARER, token at its end',
      tokenFile('ended', tokens.token({ lifetimeS: -60 })),
      ends(/refuses the token/),
    ),
    oauth(
      'OAUTHBEARER, no token endpoint',
      { ...client(CLIENT_SECRET), 'sasl.oauthbearer.token.endpoint.url': 'http://127.0.0.1:9/token' },
      tries(/connection refused/),
    ),
    oauth('OAUTHBEARER, a mechanism that is not offered', login('PLAIN', 'bob-secret'), ends(/does not offer PLAIN/)),
    row('no TLS to a listener with TLS', addresses.TLS, 'PLAINTEXT', {}, tries(/another protocol than PLAINTEXT/)),
    row('TLS to a listener without', plain, 'SSL', trust, tries(/another protocol than SSL/)),
    row('no login to a listener with SASL', addresses.LOGIN, 'PLAINTEXT', {}, tries(/another protocol than PLAINTEXT/)),
    row(
      'a login to a listener without SASL',
      plain,
      'SASL_PLAINTEXT',
      login('PLAIN', 'bob-secret'),
      ends(/takes no login/),
    ),
  ]
}
