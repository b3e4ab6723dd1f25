/** Configuration as queries see it: Kafka Streams' names, whatever prefix they were given with; overrides before the server's. */
import type { Compression } from '../broker/compression.ts'

export type Config = Readonly<Record<string, string>>

const PREFIX = 'ksql.streams.'

/** The query's configuration: the server's, below the overrides in force when the query was created. */
export const mergeConfig = (server: Config, overrides: Config): Config => ({ ...plain(server), ...plain(overrides) })

/** The configuration under names without prefix too; a value that is given without prefix takes precedence. */
function plain(config: Config): Config {
  const stripped = Object.entries(config).flatMap(([name, value]) =>
    name.startsWith(PREFIX) ? [[name.slice(PREFIX.length), value] as const] : [],
  )
  return { ...Object.fromEntries(stripped), ...config }
}

export const isExactlyOnce = (config: Config): boolean =>
  config['processing.guarantee']?.startsWith('exactly_once') ?? false

/** Whether a query reads topics that it has not read before from their start; by default it reads new records only. */
export const readsFromStart = (config: Config): boolean =>
  (config['auto.offset.reset'] ?? config['consumer.auto.offset.reset'])?.toLowerCase() === 'earliest'

const COMPRESSION_NAMES: readonly string[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] satisfies Compression[]

/** `compression.type` of the records that queries write; an unknown name means none. */
export function compressionOf(config: Config): Compression {
  const name = config['producer.compression.type'] ?? config['compression.type'] ?? 'none'
  return COMPRESSION_NAMES.includes(name) ? (name as Compression) : 'none'
}
