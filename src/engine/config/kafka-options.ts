/** How to reach Kafka, read from the configuration names of Kafka's own clients. */
import { readFileSync } from 'node:fs'
import type { KafkaOptions } from '../../broker/kafka/cluster/kafka-connection-options.ts'
import type { Config } from './config.ts'

/** Reads certificate files. Throws an Error for addresses without a port, an unknown mechanism or protocol, and files that cannot be read. */
export function kafkaOptions(bootstrapServers: string, config: Config): KafkaOptions {
  const protocol = (config.get('security.protocol') ?? 'PLAINTEXT').toUpperCase()
  if (!PROTOCOLS.has(protocol)) {
    throw new Error(`Unknown security.protocol: ${protocol}. It is one of ${[...PROTOCOLS].join(', ')}.`)
  }
  const clientId = config.get('client.id')
  return {
    bootstrapServers: addresses(bootstrapServers),
    ...(clientId !== undefined && { clientId }),
    ...(protocol.endsWith('SSL') && { tls: tlsOptions(config) }),
    ...(protocol.startsWith('SASL') && { sasl: saslOptions(config) }),
  }
}

/** Source: Kafka's `ClientUtils.parseAndValidateAddresses`, which also insists on a port. */
function addresses(text: string): string[] {
  const servers = text
    .split(',')
    .map((server) => server.trim())
    .filter((server) => server !== '')
  const wrong = servers.find((server) => !isAddress(server))
  if (wrong === undefined && servers.length > 0) return servers
  throw new Error(
    `Configuration bootstrap.servers must list brokers as host:port, separated by commas, but has '${wrong ?? text}'. Write it like localhost:9092.`,
  )
}

function isAddress(server: string): boolean {
  const [, port] = /^(?:[\w.-]+|\[[0-9a-fA-F:.%]+\]):(\d{1,5})$/.exec(server) ?? []
  return port !== undefined && Number(port) >= 1 && Number(port) <= 65_535
}

const PROTOCOLS: ReadonlySet<string> = new Set(['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'])

function tlsOptions(config: Config): NonNullable<KafkaOptions['tls']> {
  const file = (name: string) => {
    const path = config.get(name)
    return path === undefined ? undefined : readFileSync(path)
  }
  const ca = file('ssl.truststore.location') ?? file('ssl.ca.location')
  const cert = file('ssl.certificate.location')
  const key = file('ssl.key.location')
  const passphrase = config.get('ssl.key.password')
  const options = {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(passphrase !== undefined && { passphrase }),
  }
  return Object.keys(options).length === 0 ? true : options
}

function saslOptions(config: Config): NonNullable<KafkaOptions['sasl']> {
  const mechanism = (config.get('sasl.mechanism') ?? 'PLAIN').toLowerCase()
  if (mechanism !== 'plain' && mechanism !== 'scram-sha-256' && mechanism !== 'scram-sha-512') {
    throw new Error(`Unknown sasl.mechanism: ${mechanism}. It is one of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512.`)
  }
  const jaas = config.get('sasl.jaas.config') ?? ''
  const username = jaasOption(jaas, 'username') ?? config.get('sasl.username')
  const password = jaasOption(jaas, 'password') ?? config.get('sasl.password')
  if (username === undefined || password === undefined) {
    throw new Error('sasl.jaas.config must hold username="..." and password="...".')
  }
  return { mechanism, username, password }
}

function jaasOption(jaas: string, name: string): string | undefined {
  const match = new RegExp(`${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s;]+))`).exec(jaas)
  return match === null ? undefined : (match[1] ?? match[2] ?? match[3])
}
