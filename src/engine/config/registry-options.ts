/** How to reach the schema registry, read from the names that ksqlDB and Confluent's clients have for it. */
import type { HttpRegistryOptions, RegistryCredentials } from '../../registry/registry-options.ts'
import type { Config } from './config.ts'
import { checkAddress } from './service-address.ts'
import { type TlsSettings, tlsFiles } from './tls-files.ts'

const TLS: TlsSettings = {
  ca: ['ksql.schema.registry.ssl.truststore.location', 'ksql.schema.registry.ssl.ca.location'],
  cert: 'ksql.schema.registry.ssl.certificate.location',
  key: 'ksql.schema.registry.ssl.key.location',
  passphrase: 'ksql.schema.registry.ssl.key.password',
  nameCheck: 'ksql.schema.registry.ssl.endpoint.identification.algorithm',
}

/** Where schemas are: beside the embedded log, nowhere, or in a registry over HTTP. */
export type RegistryChoice =
  | { readonly kind: 'embedded' | 'none' }
  | { readonly kind: 'http'; readonly options: HttpRegistryOptions }

/**
 * Reads certificate files. `isEmbeddedLog`: topics are on this server alone. Throws an Error for addresses and credentials that are none, and
 * for files that cannot be read.
 */
export function registryChoice(config: Config, isEmbeddedLog: boolean): RegistryChoice {
  const text = (config.get('ksql.schema.registry.url') ?? '').trim()
  const word = text.toLowerCase()
  if (word === 'none') return { kind: 'none' }
  if (text === '') return { kind: isEmbeddedLog ? 'embedded' : 'none' }
  if (word !== 'embedded') return { kind: 'http', options: httpOptions(text, config) }
  if (isEmbeddedLog) return { kind: 'embedded' }
  throw new Error(
    `ksql.schema.registry.url=embedded keeps schemas in the data directory of one server, where other programs that use the topics of a Kafka ` +
      'cluster cannot see them. Name the address of a schema registry.',
  )
}

function httpOptions(text: string, config: Config): HttpRegistryOptions {
  const urls = text
    .split(',')
    .map((url) => url.trim())
    .filter((url) => url !== '')
  for (const url of urls) {
    checkAddress(url, {
      name: 'ksql.schema.registry.url',
      instead: 'Use ksql.schema.registry.basic.auth.user.info=user:password.',
    })
  }
  return {
    urls,
    credentials: credentialsOf(config),
    tls: tlsFiles(config, TLS),
    timeoutMs: config.number('ksql.schema.registry.http.read.timeout.ms'),
  }
}

function credentialsOf(config: Config): RegistryCredentials | null {
  const token = config.get('ksql.schema.registry.bearer.auth.token')
  if (token !== undefined) return { kind: 'bearer', token }
  const info = config.get('ksql.schema.registry.basic.auth.user.info')
  if (info !== undefined) {
    const end = info.indexOf(':')
    if (end < 0) throw new Error(`Configuration ksql.schema.registry.basic.auth.user.info must be user:password.`)
    return { kind: 'basic', user: info.slice(0, end), password: info.slice(end + 1) }
  }
  return null
}
