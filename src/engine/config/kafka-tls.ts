/**
 * Certificates for Kafka, by the names of Kafka's clients: PEM in files (KIP-651) or in the configuration itself, and keys in PKCS 12. Java's own
 * keystores (JKS), and truststores in PKCS 12, are refused with the command that converts them.
 */
import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import type { TlsOptions } from '../../broker/kafka/security/access-options.ts'
import type { ClientProperty } from './client-property.ts'

/** Throws an Error for a file that cannot be read or has another form, and for a key that its password does not open. */
export function kafkaTls(get: ClientProperty): TlsOptions {
  const ca = truststore(get)
  const passphrase = get('ssl.key.password')
  const certificates = {
    ...(ca !== undefined && { ca }),
    ...(passphrase !== undefined && { passphrase }),
    ...keystore(get),
  }
  check(certificates)
  return { ...certificates, ...(get('ssl.endpoint.identification.algorithm') === '' && { checksName: false }) }
}

function check({ pfx, ...others }: TlsOptions): void {
  try {
    createSecureContext({ ...others, ...(pfx !== undefined && { pfx: Buffer.from(pfx) }) })
  } catch (cause) {
    throw new Error(
      `The certificates for Kafka cannot be used: ${(cause as Error).message}. ` +
        'Check the files of ssl.truststore.location and ssl.keystore.location (or ssl.key.location and ssl.certificate.location), and ssl.keystore.password or ssl.key.password.',
      { cause },
    )
  }
}

function truststore(get: ClientProperty): string | undefined {
  const inline = get('ssl.truststore.certificates')
  if (inline !== undefined) return pem(Buffer.from(unfolded(inline)), 'ssl.truststore.certificates', AUTHORITY_ADVICE)
  const name = ['ssl.truststore.location', 'ssl.ca.location'].find((location) => get(location) !== undefined)
  return name === undefined ? undefined : pem(readFileSync(get(name)!), name, AUTHORITY_ADVICE)
}

/** The most particular setting counts: a key in the configuration, then a keystore, then the files of key and certificate. */
function keystore(get: ClientProperty): Pick<TlsOptions, 'cert' | 'key' | 'pfx' | 'passphrase'> {
  const key = get('ssl.keystore.key')
  if (key !== undefined) {
    const chain = get('ssl.keystore.certificate.chain')
    if (chain === undefined) throw new Error('ssl.keystore.key needs ssl.keystore.certificate.chain beside it.')
    return { key: unfolded(key), cert: unfolded(chain) }
  }
  const location = get('ssl.keystore.location')
  if (location !== undefined) return keystoreFile(get, readFileSync(location))
  const files = { key: get('ssl.key.location'), cert: get('ssl.certificate.location') }
  return {
    ...(files.key !== undefined && { key: pem(readFileSync(files.key), 'ssl.key.location', KEY_ADVICE) }),
    ...(files.cert !== undefined && { cert: pem(readFileSync(files.cert), 'ssl.certificate.location', KEY_ADVICE) }),
  }
}

function keystoreFile(get: ClientProperty, bytes: Buffer) {
  if (isPkcs12(bytes)) {
    const password = get('ssl.keystore.password')
    return { pfx: bytes, ...(password !== undefined && { passphrase: password }) }
  }
  const both = pem(bytes, 'ssl.keystore.location', KEY_ADVICE)
  return { key: both, cert: both }
}

const AUTHORITY_ADVICE =
  'Write the certificates of a Java truststore as PEM: keytool -list -rfc -keystore FILE > ca.pem, and name that file.'
const KEY_ADVICE =
  'Convert a Java keystore: keytool -importkeystore -srckeystore FILE -destkeystore key.p12 -deststoretype PKCS12, and set ssl.keystore.location=key.p12 with its ssl.keystore.password.'

/** The text of a PEM file. Throws an Error, with the advice, where the bytes are something else. */
function pem(bytes: Buffer, name: string, advice: string): string {
  const text = bytes.toString('latin1')
  if (text.includes('-----BEGIN ')) return text
  const form = isJks(bytes) ? 'a Java keystore (JKS)' : isPkcs12(bytes) ? 'a PKCS 12 file' : 'no PEM file'
  throw new Error(`${name} names ${form}, where PEM is needed. ${advice}`)
}

/** Source: the JDK's `JavaKeyStore.MAGIC`. */
const JKS_MAGIC = 0xfeedfeed
/** A file in DER begins with a SEQUENCE. */
const DER_SEQUENCE = 0x30

const isJks = (bytes: Buffer): boolean => bytes.length >= 4 && bytes.readUInt32BE() === JKS_MAGIC
const isPkcs12 = (bytes: Buffer): boolean => bytes[0] === DER_SEQUENCE

/**
 * PEM in a property file may stand on one line, since Kafka's own parser takes blanks for line ends: each block gets its lines back. Source: Kafka's
 * `DefaultSslEngineFactory.PemParser`.
 */
function unfolded(text: string): string {
  if (text.includes('\n')) return text
  return text.replaceAll(/(-----BEGIN [^-]+-----)([^-]+)(-----END [^-]+-----)\s*/g, (_block, begin, body, end) => {
    const lines = (body as string).replaceAll(/\s+/g, '').replaceAll(/(.{64})/g, '$1\n')
    return `${begin}\n${lines}\n${end}\n`
  })
}
