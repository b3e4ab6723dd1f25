import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { Client } from '../../src/cli/client/client.ts'
import { type ApplyOptions, type MigrationsCommand, runMigrations } from '../../src/cli/commands/migrations.ts'
import { ManualClock, systemTimer } from '../../src/clock.ts'
import { TestEngine, temporaryDirectory } from '../support/engine.ts'
import { startTestServer, type TestServer } from '../support/test-server.ts'

const APPLY: ApplyOptions = { define: [], dryRun: false }
const clock = new ManualClock(Date.UTC(2026, 0, 1))

let server: TestServer
let folder: string
let output = ''

beforeEach(async () => {
  const data = temporaryDirectory()
  const project = temporaryDirectory()
  const test = await TestEngine.open(data.path)
  server = await startTestServer(test.engine)
  onTestFinished(async () => {
    await server.close()
    await test.close()
    data.remove()
    project.remove()
  })
  folder = join(project.path, 'shop')
  expect(await run({ kind: 'new-project', path: folder, server: server.url })).toBe(0)
})

/** The exit code; what was printed is in `output`. */
async function run(command: MigrationsCommand): Promise<number> {
  output = ''
  const sink = { write: (text: string) => (output += text) !== '' } as unknown as NodeJS.WriteStream
  const config = command.kind === 'new-project' ? null : join(folder, 'ksql-migrations.properties')
  return runMigrations(command, config, { out: sink, err: sink, clock, timer: systemTimer })
}

async function migration(description: string, sql: string): Promise<string> {
  expect(await run({ kind: 'create', description, version: null })).toBe(0)
  const path = /^Created (.+)$/m.exec(output)![1]!
  writeFileSync(path, sql)
  return path
}

const apply = (options: Partial<ApplyOptions>) => run({ kind: 'apply', options: { ...APPLY, ...options } })

const USERS =
  "CREATE STREAM users (id INT KEY, name STRING) WITH (kafka_topic='users', value_format='JSON', partitions=1);"

async function streams(): Promise<string[]> {
  const [entity] = await new Client(server.url).execute('SHOW STREAMS;')
  return (entity as unknown as { streams: { name: string }[] }).streams
    .map(({ name }) => name)
    .filter((name) => name !== 'KSQL_PROCESSING_LOG')
    .sort()
}

describe('a project', () => {
  it('has a configuration and numbered files', async () => {
    expect(readFileSync(join(folder, 'ksql-migrations.properties'), 'utf8')).toBe(`ksql.server.url=${server.url}\n`)
    expect(await migration('Add users', USERS)).toBe(join(folder, 'migrations', 'V000001__Add_users.sql'))
    expect(await run({ kind: 'create', description: 'later', version: 7 })).toBe(0)
    expect(await migration('next', '')).toContain('V000008__next.sql')
    expect(await run({ kind: 'create', description: 'again', version: 7 })).toBe(1)
    expect(output).toContain('Version 7 is there already')
    expect(await run({ kind: 'create', description: '../up', version: null })).toBe(1)
  })

  it('is refused for an unknown key', async () => {
    appendFileSync(join(folder, 'ksql-migrations.properties'), 'ssl.truststore.location=/x.jks\n')
    expect(await run({ kind: 'info' })).toBe(1)
    expect(output).toContain('NODE_EXTRA_CA_CERTS')
  })
})

it('needs its metadata first', async () => {
  await migration('Add users', USERS)
  expect(await apply({ all: true })).toBe(1)
  expect(output).toContain("Run 'millrace migrations initialize-metadata' first.")
})

describe('migrations', () => {
  beforeEach(async () => {
    expect(await run({ kind: 'initialize-metadata' })).toBe(0)
    expect(await streams()).toEqual(['MIGRATION_EVENTS'])
  })

  it('are applied in their order, once', async () => {
    await migration('Add users', USERS)
    await migration('Add late users', "CREATE STREAM late AS SELECT * FROM users WHERE name > 'm';")
    expect(await apply({ next: true })).toBe(0)
    expect(await streams()).toEqual(['MIGRATION_EVENTS', 'USERS'])
    expect(await run({ kind: 'info' })).toBe(0)
    expect(output).toContain('Current migration version: 1\n')
    expect(output).toMatch(/1 +\| Add users +\| MIGRATED +\| <none> +\| 2026-01-01T00:00:00\.000Z \| 2026-01-01T/)
    expect(output).toMatch(/2 +\| Add late users +\| PENDING +\| N\/A/)
    expect(await apply({ all: true })).toBe(0)
    expect(await streams()).toEqual(['LATE', 'MIGRATION_EVENTS', 'USERS'])
    expect(await apply({ all: true })).toBe(0)
    expect(output).toBe('No eligible migrations found.\n')
    expect(await run({ kind: 'validate' })).toBe(0)
    expect(output).toContain('1, 2')
  })

  it('stop at the first that fails, which is applied again when it is correct', async () => {
    const path = await migration('Two', `${USERS}\nCREATE STREAM x AS SELECT * FROM missing;`)
    await migration('Three', 'CREATE TYPE point AS STRUCT<x INT, y INT>;')
    expect(await apply({ all: true })).toBe(1)
    expect(output).toContain('Failed to apply version 1')
    expect(output).toContain('MISSING does not exist')
    await run({ kind: 'info' })
    expect(output).toContain('Current migration version: None')
    expect(output).toMatch(/1 +\| Two +\| ERROR/)
    writeFileSync(path, 'CREATE STREAM x AS SELECT * FROM users;')
    expect(await apply({ all: true })).toBe(0)
    expect(await streams()).toEqual(['MIGRATION_EVENTS', 'USERS', 'X'])
  })

  it('are not applied after a file has changed', async () => {
    const path = await migration('Add users', USERS)
    await apply({ all: true })
    appendFileSync(path, '-- changed')
    await migration('More', 'CREATE TYPE a AS STRUCT<x INT>;')
    expect(await apply({ all: true })).toBe(1)
    expect(output).toContain('Checksum mismatch found for version 1')
    expect(await run({ kind: 'validate' })).toBe(1)
  })

  it('have variables and settings of their own', async () => {
    await migration(
      'Variables',
      "DEFINE format = 'JSON'; SET 'auto.offset.reset' = 'earliest';\n" +
        `CREATE STREAM \${name} (id INT) WITH (kafka_topic='t', value_format='\${format}', partitions=1);`,
    )
    expect(await apply({ all: true, define: ['name=given'] })).toBe(0)
    expect(await streams()).toEqual(['GIVEN', 'MIGRATION_EVENTS'])
  })

  it('are shown and not run by --dry-run', async () => {
    await migration('Add users', USERS)
    expect(await apply({ all: true, dryRun: true })).toBe(0)
    expect(output).toContain(USERS)
    expect(await streams()).toEqual(['MIGRATION_EVENTS'])
  })

  it('refuse statements that only show something, and modes that contradict each other', async () => {
    await migration('Show', 'SHOW STREAMS;')
    expect(await apply({ all: true })).toBe(1)
    expect(output).toContain('do not belong into a migration')
    expect(await apply({ all: true, next: true })).toBe(1)
    expect(output).toContain('exactly one')
    expect(await apply({ version: 9 })).toBe(1)
    expect(output).toContain('no migration file of version 9')
  })

  it('leave nothing after destroy-metadata', async () => {
    expect(await run({ kind: 'destroy-metadata' })).toBe(0)
    expect(await streams()).toEqual([])
    expect(await run({ kind: 'destroy-metadata' })).toBe(1)
  })
})
