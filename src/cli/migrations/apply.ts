/** Applies migrations in the order of their versions, and tells the metadata of each. Source: `ksql-migrations apply` of ksqlDB. */
import { type Clock, sleep, type Timer } from '../../clock.ts'
import { messageOf } from '../../errors.ts'
import type { Statement } from '../../sql/ast/statement.ts'
import { parseStatements } from '../../sql/parse.ts'
import { splitStatements } from '../../sql/split.ts'
import { substituteVariables } from '../../sql/variables.ts'
import type { Client } from '../client/client.ts'
import { type Metadata, NO_VERSION } from './metadata.ts'
import { MigrationError } from './migration-error.ts'
import { checksumOf, type Migration, readText } from './project.ts'

/** Which migrations: all, the next one, all up to a version, or a single version. */
export type ApplyMode =
  | { readonly kind: 'all' | 'next' }
  | { readonly kind: 'until' | 'only'; readonly version: number }

export interface ApplyParts {
  readonly client: Client
  readonly metadata: Metadata
  readonly clock: Clock
  readonly timer: Timer
  /** Takes lines for the user. */
  readonly say: (line: string) => void
  /** Variables of the command line. */
  readonly variables: Readonly<Record<string, string>>
  /** Show statements and do nothing. */
  readonly isDryRun: boolean
}

const ALLOWED: ReadonlySet<Statement['kind']> = new Set([
  'createSource',
  'createAs',
  'insertInto',
  'insertValues',
  'pause',
  'resume',
  'terminate',
  'dropSource',
  'alterSource',
  'alterQuery',
  'createConnector',
  'dropConnector',
  'createType',
  'dropType',
  'createFunction',
  'dropFunction',
  'createIndex',
  'dropIndex',
  'set',
  'unset',
  'define',
  'undefine',
  'assertSchema',
  'assertTopic',
])

/** How long the metadata may take to show what was written to it. */
const VISIBLE_WITHIN_MS = 30_000
const POLL_MS = 50

/** Resolves to the number of migrations that were applied. Throws MigrationError at the first that fails. */
export async function applyMigrations(
  migrations: readonly Migration[],
  mode: ApplyMode,
  parts: ApplyParts,
): Promise<number> {
  const { metadata, say } = parts
  const current = await metadata.currentVersion()
  const wanted = choose(migrations, mode, current === NO_VERSION ? 0 : Number(current))
  if (wanted.length === 0) {
    say('No eligible migrations found.')
    return 0
  }
  await validateApplied(migrations, metadata)
  let previous = current
  for (const migration of wanted) {
    await applyOne(migration, previous, parts)
    previous = String(migration.version)
  }
  return wanted.length
}

function choose(migrations: readonly Migration[], mode: ApplyMode, current: number): readonly Migration[] {
  const later = migrations.filter(({ version }) => version > current)
  switch (mode.kind) {
    case 'all':
      return later
    case 'next':
      return later.slice(0, 1)
    case 'until':
      return later.filter(({ version }) => version <= mode.version)
    case 'only': {
      const found = migrations.find(({ version }) => version === mode.version)
      if (found === undefined) throw new MigrationError(`There is no migration file of version ${mode.version}.`)
      if (found.version <= current) {
        throw new MigrationError(
          `Version must be newer than the last version migrated. Last version migrated: ${current}`,
        )
      }
      return [found]
    }
  }
}

/** Throws MigrationError unless each migrated version still has the file it was applied from. Returns the versions that were checked. */
export async function validateApplied(migrations: readonly Migration[], metadata: Metadata): Promise<string[]> {
  const checked: string[] = []
  for (let version = await metadata.currentVersion(); version !== NO_VERSION && version !== ''; ) {
    const row = await metadata.version(Number(version))
    if (row === null || row.state !== 'MIGRATED') {
      throw new MigrationError(
        `Discovered version with previous version that does not have status MIGRATED: ${version}.`,
      )
    }
    const file = migrations.find((one) => one.version === Number(version))
    if (file === undefined)
      throw new MigrationError(`No migrations file found for version with status MIGRATED. Version: ${version}`)
    const checksum = checksumOf(file)
    if (checksum !== row.checksum) {
      throw new MigrationError(
        `Checksum mismatch found for version ${version}: the file ${file.path} has changed since it was applied. ` +
          `Its checksum is ${checksum}, and was ${row.checksum}.`,
      )
    }
    checked.push(version)
    version = row.previous
  }
  return checked
}

async function applyOne(migration: Migration, previous: string, parts: ApplyParts): Promise<void> {
  const { metadata, clock, say, isDryRun } = parts
  const { version, name, path } = migration
  say(`Applying migration version ${version}: ${name}`)
  if (isDryRun) {
    say(readText(path).trimEnd())
    return
  }
  const row = { checksum: checksumOf(migration), previous, startedOn: clock.now() }
  await metadata.write(migration, { ...row, state: 'RUNNING' })
  try {
    await runFile(path, parts)
  } catch (error) {
    const reason = messageOf(error)
    await metadata.write(migration, { ...row, state: 'ERROR', completedOn: clock.now(), reason })
    await visible(version, 'ERROR', parts)
    throw new MigrationError(
      `Failed to apply version ${version}: ${reason}\nWhat came before in ${path} was done. Correct the file, and apply it again.`,
      { cause: error },
    )
  }
  await metadata.write(migration, { ...row, state: 'MIGRATED', completedOn: clock.now() })
  await visible(version, 'MIGRATED', parts)
  say('Successfully migrated')
}

/** Waits until the table shows the state, so that the next command sees it. */
async function visible(version: number, state: string, { metadata, timer }: ApplyParts): Promise<void> {
  const since = timer.elapsed()
  while ((await metadata.version(version))?.state !== state) {
    if (timer.elapsed() - since > VISIBLE_WITHIN_MS) {
      throw new MigrationError(`Version ${version} was written as ${state}, but the server does not show it.`)
    }
    await sleep(timer, POLL_MS)
  }
}

/** Settings and variables last as long as the file. */
async function runFile(path: string, { client, variables: given }: ApplyParts): Promise<void> {
  const properties = new Map<string, string>()
  const variables = new Map(Object.entries(given))
  for (const piece of splitStatements(readText(path))) {
    for (const statement of parseStatements(substituteVariables(piece.text, variables), { start: piece.location })) {
      if (!ALLOWED.has(statement.kind)) {
        throw new MigrationError(
          `line ${piece.location.line}: statements of this kind do not belong into a migration: ${statement.text}`,
        )
      }
      if (statement.kind === 'set') properties.set(statement.name, statement.value)
      else if (statement.kind === 'unset') properties.delete(statement.name)
      else if (statement.kind === 'define') variables.set(statement.name, statement.value)
      else if (statement.kind === 'undefine') variables.delete(statement.name)
      else await client.execute(`${statement.text};`, { properties: Object.fromEntries(properties) })
    }
  }
}
