/** How to reach Kafka, read from the configuration names of Kafka's own clients. */
import type { KafkaOptions } from '../../broker/kafka/cluster/kafka-connection-options.ts'
import { clientProperty } from './client-property.ts'
import type { Config } from './config.ts'
import { kafkaLogin } from './kafka-login.ts'
import { kafkaTls } from './kafka-tls.ts'

/** Reads certificate files. Throws an Error for addresses without a port, an unknown mechanism or protocol, and files that cannot be read. */
export function kafkaOptions(bootstrapServers: string, config: Config): KafkaOptions {
  const get = clientProperty(config)
  const protocol = (get('security.protocol') ?? 'PLAINTEXT').toUpperCase()
  if (!PROTOCOLS.has(protocol)) {
    throw new Error(`Unknown security.protocol: ${protocol}. It is one of ${[...PROTOCOLS].join(', ')}.`)
  }
  const clientId = get('client.id')
  return {
    bootstrapServers: addresses(bootstrapServers),
    ...(clientId !== undefined && { clientId }),
    ...(protocol.endsWith('SSL') && { tls: kafkaTls(get) }),
    ...(protocol.startsWith('SASL') && { sasl: kafkaLogin(get) }),
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
