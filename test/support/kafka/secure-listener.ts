/** A listener with TLS and SASL for the local broker: a certificate of its own, one user, sessions that end soon. */

import { join } from 'node:path'
import type { BrokerAdditions } from './broker-additions.ts'
import { run } from './run.ts'

const KEYTOOL_MS = 30_000
const PASSWORD = 'test-password'
const USERNAME = 'tester'
/** kafkajs counts a session as over 10 s before its end; so clients here must authenticate again after a second. */
const SESSION_MS = 11_000

/** What a client needs to use the listener. */
export interface SecureAccess {
  readonly bootstrapServers: string
  readonly username: string
  readonly password: string
  /** The certificate to trust, PEM. */
  readonly ca: string
}

export interface SecureListener {
  readonly access: SecureAccess
  readonly additions: BrokerAdditions
}

export async function secureListener(directory: string, port: number): Promise<SecureListener> {
  const keystore = join(directory, 'broker.p12')
  const store = ['-keystore', keystore, '-storetype', 'PKCS12', '-storepass', PASSWORD, '-alias', 'broker']
  const subject = ['-dname', 'CN=127.0.0.1', '-ext', 'san=ip:127.0.0.1', '-validity', '30']
  await run('keytool', ['-genkeypair', ...store, '-keyalg', 'EC', ...subject], { timeoutMs: KEYTOOL_MS })
  const ca = await run('keytool', ['-exportcert', '-rfc', ...store], { timeoutMs: KEYTOOL_MS })
  const login = 'org.apache.kafka.common.security.plain.PlainLoginModule required'
  const properties = [
    `ssl.keystore.location=${keystore}`,
    'ssl.keystore.type=PKCS12',
    `ssl.keystore.password=${PASSWORD}`,
    'listener.name.secure.sasl.enabled.mechanisms=PLAIN',
    `listener.name.secure.plain.sasl.jaas.config=${login} user_${USERNAME}="${PASSWORD}";`,
    `listener.name.secure.plain.connections.max.reauth.ms=${SESSION_MS}`,
  ]
  return {
    access: { bootstrapServers: `127.0.0.1:${port}`, username: USERNAME, password: PASSWORD, ca },
    additions: { listeners: [{ name: 'SECURE', protocol: 'SASL_SSL', port }], properties },
  }
}
