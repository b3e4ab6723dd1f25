/** `millrace migrations`: changes of a server's statements as numbered files. Commands and options: `ksql-migrations` of ksqlDB. */
import type { Writable } from 'node:stream'
import type { Clock, Timer } from '../../clock.ts'
import { parseProperties } from '../../engine/config/properties-file.ts'
import { Client } from '../client/client.ts'
import { ClientError } from '../client/client-error.ts'
import { type ApplyMode, applyMigrations, validateApplied } from '../migrations/apply.ts'
import { describeMigrations } from '../migrations/info.ts'
import { Metadata, NO_VERSION } from '../migrations/metadata.ts'
import { MigrationError } from '../migrations/migration-error.ts'
import {
  createMigration,
  migrationsOf,
  newProject,
  type ProjectConfig,
  readConfig,
  readText,
} from '../migrations/project.ts'
import { listTable } from '../output/list-table.ts'

export interface MigrationsIo {
  readonly out: Writable & { readonly columns?: number }
  readonly err: Writable
  readonly clock: Clock
  readonly timer: Timer
}

export interface ApplyOptions {
  readonly all?: boolean
  readonly next?: boolean
  readonly until?: number
  readonly version?: number
  /** `name=value` */
  readonly define: readonly string[]
  /** File with headers of requests. */
  readonly headers?: string
  readonly dryRun: boolean
}

export type MigrationsCommand =
  | { readonly kind: 'new-project'; readonly path: string; readonly server: string }
  | { readonly kind: 'create'; readonly description: string; readonly version: number | null }
  | { readonly kind: 'apply'; readonly options: ApplyOptions }
  | { readonly kind: 'initialize-metadata' | 'info' | 'validate' | 'destroy-metadata' }

const WIDTH = 120

/** Resolves to the exit code. `config`: path of the project's configuration file. */
export async function runMigrations(
  command: MigrationsCommand,
  config: string | null,
  io: MigrationsIo,
): Promise<number> {
  const say = (line: string) => void io.out.write(`${line}\n`)
  try {
    if (command.kind === 'new-project') {
      for (const path of newProject(command.path, command.server)) say(`Created ${path}`)
      say(`Next: millrace migrations -c ${command.path}/ksql-migrations.properties initialize-metadata`)
      return 0
    }
    if (config === null) throw new MigrationError('Name the configuration file of the project: -c FILE.')
    return await runInProject(command, readConfig(config), { ...io, say })
  } catch (error) {
    if (!(error instanceof MigrationError || error instanceof ClientError)) throw error
    io.err.write(`${error.message}\n`)
    return 1
  }
}

async function runInProject(
  command: Exclude<MigrationsCommand, { kind: 'new-project' }>,
  config: ProjectConfig,
  io: MigrationsIo & { readonly say: (line: string) => void },
): Promise<number> {
  const { say } = io
  if (command.kind === 'create') {
    say(`Created ${createMigration(config.folder, command.description, command.version)}`)
    return 0
  }
  const options = command.kind === 'apply' ? command.options : null
  const client = new Client(config.server, { ...config, headers: headersOf(options?.headers) })
  const metadata = new Metadata(client, config)
  switch (command.kind) {
    case 'initialize-metadata':
      await metadata.initialize()
      say('Migrations metadata initialized successfully')
      return 0
    case 'destroy-metadata':
      await metadata.destroy()
      say('Migrations metadata cleaned successfully')
      return 0
    case 'apply': {
      const { define, dryRun } = command.options
      const variables = Object.fromEntries(define.map(pairOf))
      const parts = { client, metadata, clock: io.clock, timer: io.timer, say, variables, isDryRun: dryRun }
      await applyMigrations(migrationsOf(config.folder), modeOf(command.options), parts)
      return 0
    }
    case 'validate': {
      const versions = await validateApplied(migrationsOf(config.folder), metadata)
      say(
        versions.length === 0
          ? 'No migrations were applied.'
          : `Successfully validated checksums for migrations that have already been applied: ${versions.reverse().join(', ')}`,
      )
      return 0
    }
    case 'info': {
      const current = await metadata.currentVersion()
      say(`Current migration version: ${current === NO_VERSION ? 'None' : current}`)
      say(listTable(await describeMigrations(migrationsOf(config.folder), metadata), io.out.columns ?? WIDTH))
      return 0
    }
  }
}

function modeOf({ all, next, until, version }: ApplyOptions): ApplyMode {
  const modes: ApplyMode[] = [
    ...(all === true ? [{ kind: 'all' } as const] : []),
    ...(next === true ? [{ kind: 'next' } as const] : []),
    ...(until !== undefined ? [{ kind: 'until', version: until } as const] : []),
    ...(version !== undefined ? [{ kind: 'only', version } as const] : []),
  ]
  if (modes.length === 1) return modes[0]!
  throw new MigrationError('Give exactly one of --all, --next, --until VERSION and --version VERSION.')
}

function pairOf(text: string): [name: string, value: string] {
  const at = text.indexOf('=')
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)]
  throw new MigrationError(`A variable is given as NAME=VALUE, not as '${text}'.`)
}

/** Lines `Name: value` or `Name=value`. */
function headersOf(file: string | undefined): Record<string, string> {
  if (file === undefined) return {}
  return Object.fromEntries(parseProperties(readText(file)).map(({ name, value }) => [name, value]))
}
