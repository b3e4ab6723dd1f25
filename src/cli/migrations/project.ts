/** The folder of a migrations project: its configuration and its files. Names and keys: `ksql-migrations` of ksqlDB. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { parseProperties } from '../../engine/config/properties-file.ts'
import { MigrationError } from './migration-error.ts'

const CONFIG_NAME = 'ksql-migrations.properties'
const FOLDER_NAME = 'migrations'

export interface ProjectConfig {
  readonly server: string
  readonly user: string | undefined
  readonly password: string | undefined
  readonly streamName: string
  readonly tableName: string
  /** Null: `<service id>ksql_<name>`. */
  readonly streamTopic: string | null
  readonly tableTopic: string | null
  readonly replicas: number
  /** Folder of the migration files. */
  readonly folder: string
}

export interface Migration {
  /** From 1 to 999,999. */
  readonly version: number
  readonly name: string
  readonly path: string
}

const KEYS: ReadonlySet<string> = new Set([
  'ksql.server.url',
  'ksql.auth.basic.username',
  'ksql.auth.basic.password',
  'ksql.migrations.stream.name',
  'ksql.migrations.table.name',
  'ksql.migrations.stream.topic.name',
  'ksql.migrations.table.topic.name',
  'ksql.migrations.topic.replicas',
  'ksql.migrations.dir.override',
])

/** Makes the folder with a configuration file and an empty folder of migrations. Throws MigrationError if one of them is there. */
export function newProject(path: string, server: string): readonly string[] {
  const made = [join(path, CONFIG_NAME), join(path, FOLDER_NAME)]
  const existing = made.find((one) => existsSync(one))
  if (existing !== undefined) throw new MigrationError(`${existing} exists already. Choose another folder.`)
  mkdirSync(made[1]!, { recursive: true })
  writeFileSync(made[0]!, `ksql.server.url=${server}\n`)
  return made
}

/** Throws MigrationError for a file that cannot be read, lacks the server, or has a key that has no meaning here. */
export function readConfig(file: string): ProjectConfig {
  const properties = new Map(parseProperties(readText(file)).map(({ name, value }) => [name, value]))
  for (const name of properties.keys()) {
    if (KEYS.has(name)) continue
    const advice = name.startsWith('ssl.')
      ? 'To trust a certificate of your own, set the environment variable NODE_EXTRA_CA_CERTS to its PEM file.'
      : `Known are: ${[...KEYS].join(', ')}.`
    throw new MigrationError(`${file}: ${name} is not known. ${advice}`)
  }
  const server = properties.get('ksql.server.url')
  if (server === undefined) throw new MigrationError(`${file}: ksql.server.url is missing.`)
  return {
    server,
    user: properties.get('ksql.auth.basic.username'),
    password: properties.get('ksql.auth.basic.password'),
    streamName: properties.get('ksql.migrations.stream.name') ?? 'MIGRATION_EVENTS',
    tableName: properties.get('ksql.migrations.table.name') ?? 'MIGRATION_SCHEMA_VERSIONS',
    streamTopic: properties.get('ksql.migrations.stream.topic.name') ?? null,
    tableTopic: properties.get('ksql.migrations.table.topic.name') ?? null,
    replicas: replicasOf(properties.get('ksql.migrations.topic.replicas') ?? '1', file),
    folder: properties.get('ksql.migrations.dir.override') ?? resolve(dirname(file), FOLDER_NAME),
  }
}

function replicasOf(text: string, file: string): number {
  const replicas = Number(text)
  if (Number.isInteger(replicas) && replicas > 0) return replicas
  throw new MigrationError(`${file}: ksql.migrations.topic.replicas must be a whole number above 0, not '${text}'.`)
}

/** The migrations of a folder, by version. Throws MigrationError for two of one version; other files are passed over. */
export function migrationsOf(folder: string): Migration[] {
  const migrations = namesIn(folder)
    .flatMap((name) => migrationOf(name, folder) ?? [])
    .sort((a, b) => a.version - b.version)
  const double = migrations.find(({ version }, i) => migrations[i + 1]?.version === version)
  if (double !== undefined) {
    throw new MigrationError(`Found multiple migration files for version ${double.version} in ${folder}.`)
  }
  return migrations
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    throw new MigrationError(`The folder ${folder} cannot be read: ${(error as Error).message}`, { cause: error })
  }
}

function migrationOf(file: string, folder: string): Migration | null {
  const match = /^V(\d{6})__(.+)\.sql$/.exec(file)
  if (match === null || Number(match[1]) === 0) return null
  return { version: Number(match[1]), name: match[2]!.replaceAll('_', ' '), path: join(folder, file) }
}

const MOST_VERSION = 999_999

/** Makes an empty file for the next version, or for `version`; returns its path. Throws MigrationError for a version that is taken. */
export function createMigration(folder: string, description: string, version: number | null): string {
  const existing = migrationsOf(folder)
  const number = version ?? (existing.at(-1)?.version ?? 0) + 1
  if (!Number.isInteger(number) || number < 1 || number > MOST_VERSION) {
    throw new MigrationError(`The version must be a whole number from 1 to ${MOST_VERSION}, not ${number}.`)
  }
  const taken = existing.find((one) => one.version === number)
  if (taken !== undefined) throw new MigrationError(`Version ${number} is there already: ${taken.path}.`)
  if (!/^[\p{L}\p{N}_ -]+$/u.test(description)) {
    throw new MigrationError('The description becomes a file name: it may have letters, digits, spaces, - and _.')
  }
  const path = join(folder, `V${String(number).padStart(6, '0')}__${description.replaceAll(' ', '_')}.sql`)
  writeFileSync(path, '')
  return path
}

/** MD5 of the file, as hexadecimal digits: what the metadata holds of a migration that was applied. */
export function checksumOf({ path }: Migration): string {
  return createHash('md5').update(readText(path)).digest('hex')
}

export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new MigrationError(`${path} cannot be read: ${(error as Error).message}`, { cause: error })
  }
}
