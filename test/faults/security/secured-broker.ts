/** A broker with a listener for each way to be secured, users, and an authorizer that allows what no ACL allows to nobody but the plain listener. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../../support/free-port.ts'
import { brokerClassPath, startLocalBroker } from '../../support/kafka/local-broker.ts'
import { run } from '../../support/kafka/run.ts'
import { type KeyPair, keyPair, STORE_PASSWORD } from './certificates.ts'
import { AUDIENCE, ISSUER, startTokenEndpoint, type TokenEndpoint } from './token-endpoint.ts'

const TOOL_MS = 60_000
const MODULES = 'org.apache.kafka.common.security'
/** Shorter than a run, so that tokens are renewed in it; longer than the 10 s before its end at which kafkajs counts a session as over. */
const TOKEN_LIFETIME_S = 14

/** Users with their passwords, for PLAIN and for both kinds of SCRAM. */
export const USERS = { alice: 'alice-secret', bob: 'bob-secret' } as const

const PROTOCOLS = {
  TLS: 'SSL',
  MTLS: 'SSL',
  LOGIN: 'SASL_PLAINTEXT',
  SECURE: 'SASL_SSL',
  OAUTH: 'SASL_SSL',
  ELSEWHERE: 'SSL',
} as const
export type ListenerName = keyof typeof PROTOCOLS

export interface SecuredBroker {
  /** Without security; its clients may do anything. */
  readonly plain: string
  readonly addresses: Readonly<Record<ListenerName, string>>
  readonly keys: {
    readonly broker: KeyPair
    readonly client: KeyPair
    readonly stranger: KeyPair
    readonly elsewhere: KeyPair
  }
  readonly tokens: TokenEndpoint
  /** A Java truststore, which only Java reads. */
  readonly javaTruststore: string
  /** Runs `kafka-acls`. */
  acls(args: readonly string[]): Promise<string>
  stop(): Promise<void>
}

export async function startSecuredBroker(directory: string): Promise<SecuredBroker> {
  const [broker, client, stranger, elsewhere] = await Promise.all([
    keyPair(directory, 'broker'),
    keyPair(directory, 'client'),
    keyPair(directory, 'stranger'),
    keyPair(directory, 'elsewhere', { address: '10.0.0.1' }),
  ])
  const trusted = join(directory, 'trusted.pem')
  writeFileSync(trusted, [broker, client].map(({ certificate }) => readFileSync(certificate, 'utf8')).join(''))
  const javaTruststore = join(directory, 'trusted.jks')
  const importing = ['-importcert', '-noprompt', '-storetype', 'JKS', '-storepass', STORE_PASSWORD, '-alias', 'broker']
  await run('keytool', [...importing, '-keystore', javaTruststore, '-file', broker.certificate], { timeoutMs: TOOL_MS })
  const keysFile = join(directory, 'token-keys.json')
  const tokens = await startTokenEndpoint(keysFile, TOKEN_LIFETIME_S)
  const ports = await portsByListener()
  const running = await startLocalBroker({
    directory: join(directory, 'broker'),
    additions: {
      listeners: Object.entries(PROTOCOLS).map(([name, protocol]) => ({
        name,
        protocol,
        port: ports[name as ListenerName],
      })),
      properties: properties({ broker, elsewhere, trusted, keysFile }),
      formatting: Object.entries(USERS).flatMap(([name, password]) =>
        ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((kind) => [
          '--add-scram',
          `${kind}=[name=${name},password=${password}]`,
        ]),
      ),
      jvm: [`-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=file://${keysFile}`],
    },
  })
  const address = (name: ListenerName) => `127.0.0.1:${ports[name]}`
  return {
    plain: running.bootstrapServers,
    addresses: Object.fromEntries(
      Object.keys(PROTOCOLS).map((name) => [name, address(name as ListenerName)]),
    ) as SecuredBroker['addresses'],
    keys: { broker, client, stranger, elsewhere },
    tokens,
    javaTruststore,
    async acls(args) {
      const tool = ['-cp', await brokerClassPath(), 'org.apache.kafka.tools.AclCommand']
      return run('java', [...tool, '--bootstrap-server', running.bootstrapServers, ...args], { timeoutMs: TOOL_MS })
    },
    async stop() {
      tokens.close()
      await running.stop()
    },
  }
}

async function portsByListener(): Promise<Record<ListenerName, number>> {
  const ports: Partial<Record<ListenerName, number>> = {}
  for (const name of Object.keys(PROTOCOLS) as ListenerName[]) ports[name] = await freePort()
  return ports as Record<ListenerName, number>
}

interface Files {
  readonly broker: KeyPair
  readonly elsewhere: KeyPair
  readonly trusted: string
  readonly keysFile: string
}

function properties({ broker, elsewhere, trusted, keysFile }: Files): string[] {
  const users = Object.entries(USERS)
    .map(([name, password]) => `user_${name}="${password}"`)
    .join(' ')
  const passwordLogin = (listener: string) => [
    `listener.name.${listener}.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512`,
    `listener.name.${listener}.plain.sasl.jaas.config=${MODULES}.plain.PlainLoginModule required ${users};`,
    ...['256', '512'].map(
      (bits) =>
        `listener.name.${listener}.scram-sha-${bits}.sasl.jaas.config=${MODULES}.scram.ScramLoginModule required;`,
    ),
  ]
  return [
    'ssl.keystore.type=PKCS12',
    `ssl.keystore.location=${broker.keystore}`,
    `ssl.keystore.password=${STORE_PASSWORD}`,
    'ssl.truststore.type=PEM',
    `ssl.truststore.location=${trusted}`,
    `listener.name.elsewhere.ssl.keystore.location=${elsewhere.keystore}`,
    'listener.name.mtls.ssl.client.auth=required',
    ...passwordLogin('login'),
    ...passwordLogin('secure'),
    'listener.name.oauth.sasl.enabled.mechanisms=OAUTHBEARER',
    `listener.name.oauth.oauthbearer.sasl.jaas.config=${MODULES}.oauthbearer.OAuthBearerLoginModule required;`,
    `listener.name.oauth.oauthbearer.sasl.server.callback.handler.class=${MODULES}.oauthbearer.OAuthBearerValidatorCallbackHandler`,
    // Kafka 4.1's default on a broker is the validator for clients, which looks at no signature, audience or end.
    `sasl.oauthbearer.jwt.validator.class=${MODULES}.oauthbearer.BrokerJwtValidator`,
    `sasl.oauthbearer.jwks.endpoint.url=file://${keysFile}`,
    `sasl.oauthbearer.expected.audience=${AUDIENCE}`,
    `sasl.oauthbearer.expected.issuer=${ISSUER}`,
    'ssl.principal.mapping.rules=RULE:^CN=([^,]*).*$/$1/,DEFAULT',
    'authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users=User:ANONYMOUS;User:client;User:millrace-client;User:bob',
    'allow.everyone.if.no.acl.found=false',
  ]
}
