/** The configuration of a server, from its options, its environment and its property file. */
import { readFile } from 'node:fs/promises'
import type { Config } from '../engine/config/config.ts'
import { environmentProperties, fileProperties, type GivenProperty } from '../engine/config/given-properties.ts'

export interface ServerOptions {
  /** Listeners, separated by commas. Overrides `listeners` of the configuration. */
  readonly listen?: string
  readonly dataDir?: string
  readonly bootstrapServers?: string
  /** Path of a property file. */
  readonly config?: string
  /** Variables of the environment that may set properties, over those of the file. Default: none. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Overrides `millrace.log.level` of the configuration. */
  readonly logLevel?: string
  /** Overrides `ksql.queries.file` of the configuration. */
  readonly queriesFile?: string
}

const DEFAULT_DATA_DIR = 'data'

export const dataDirectory = (config: Config): string => config.get('state.dir') ?? DEFAULT_DATA_DIR

/** The properties of the file, those of the environment over them, and those of the command line over both. */
export async function givenProperties(options: ServerOptions): Promise<GivenProperty[]> {
  const { config, environment = {}, listen, bootstrapServers, dataDir, logLevel, queriesFile } = options
  const option = (origin: string, name: string, value: string | undefined): GivenProperty[] =>
    value === undefined ? [] : [{ name, value, origin }]
  return [
    ...(config === undefined ? [] : await readProperties(config)),
    ...environmentProperties(environment),
    ...option('--listen', 'listeners', listen),
    ...option('--bootstrap-servers', 'bootstrap.servers', bootstrapServers),
    ...option('--data-dir', 'state.dir', dataDir),
    ...option('--log-level', 'millrace.log.level', logLevel),
    ...option('--queries-file', 'ksql.queries.file', queriesFile),
  ]
}

async function readProperties(path: string): Promise<GivenProperty[]> {
  try {
    return fileProperties(await readFile(path, 'utf8'), path)
  } catch (error) {
    throw new Error(`Cannot read the configuration ${path}: ${(error as Error).message}`, { cause: error })
  }
}
