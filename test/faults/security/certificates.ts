/** Keys and certificates for a secured broker and its clients, made by the JDK's keytool. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../../support/kafka/run.ts'

const KEYTOOL_MS = 30_000
/** The password of every key here. */
export const STORE_PASSWORD = 'test-password'

export interface KeyPair {
  /** PKCS 12, with key and certificate. */
  readonly keystore: string
  /** PEM file with the certificate, which is signed by its own key. */
  readonly certificate: string
}

/** A key with a certificate for an address. */
export async function keyPair(directory: string, name: string, { address = '127.0.0.1' } = {}): Promise<KeyPair> {
  const keystore = join(directory, `${name}.p12`)
  const certificate = join(directory, `${name}.pem`)
  const store = ['-keystore', keystore, '-storetype', 'PKCS12', '-storepass', STORE_PASSWORD, '-alias', name]
  const subject = ['-dname', `CN=${name}`, '-ext', `san=ip:${address}`, '-validity', '30']
  await run('keytool', ['-genkeypair', ...store, '-keyalg', 'EC', ...subject], { timeoutMs: KEYTOOL_MS })
  const text = await run('keytool', ['-exportcert', '-rfc', ...store], { timeoutMs: KEYTOOL_MS })
  writeFileSync(certificate, `${text}\n`)
  return { keystore, certificate }
}
