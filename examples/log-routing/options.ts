/** The command line of the example. */
import { parseArgs } from 'node:util'

export const USAGE = `Options:
  --size BYTES                 how much is logged: 200MB, 10GB; default 200MB
  --bootstrap-servers HOST:PORT,...   a Kafka; default: the embedded log
  --elasticsearch URL          where user logs go (Elasticsearch, OpenSearch); default: files
  --splunk URL                 where machine logs go (Splunk's HTTP Event Collector; its token is in the environment
                               variable CONNECTOR_SPLUNK_TOKEN); default: files
  --out DIR                    for the files and the picture; default log-routing-out`

export interface RoutingOptions {
  readonly bytes: number
  /** Null: the embedded log. */
  readonly bootstrapServers: string | null
  /** Null: files. */
  readonly elasticsearch: string | null
  readonly splunk: string | null
  readonly out: string
}

const DEFAULT_SIZE = '200MB'
const UNITS: Readonly<Record<string, number>> = { '': 1, KB: 1e3, MB: 1e6, GB: 1e9 }

/** Throws an Error for arguments that cannot be. */
export function readOptions(args: readonly string[]): RoutingOptions {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args: [...args],
    options: {
      size: text,
      'bootstrap-servers': text,
      elasticsearch: text,
      splunk: text,
      out: text,
    },
  })
  if (values.splunk !== undefined && process.env['CONNECTOR_SPLUNK_TOKEN'] === undefined)
    throw new Error('The environment variable CONNECTOR_SPLUNK_TOKEN must have the token for --splunk.')
  return {
    bytes: bytesOf(values.size ?? DEFAULT_SIZE),
    bootstrapServers: values['bootstrap-servers'] ?? null,
    elasticsearch: values.elasticsearch ?? null,
    splunk: values.splunk ?? null,
    out: values.out ?? 'log-routing-out',
  }
}

function bytesOf(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?) ?([KMG]B)?$/i.exec(text) ?? []
  if (number === undefined) throw new Error(`${text} is no size, such as 200MB.`)
  return Number(number) * UNITS[(unit ?? '').toUpperCase()]!
}
