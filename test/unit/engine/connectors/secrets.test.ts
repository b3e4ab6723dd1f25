// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references of options are written like this
/** CREATE SECRET through an engine: what connectors get, and that nobody else sees it. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { SecretVault } from '../../../../src/connectors/secret-vault.ts'
import { ConnectorWorld } from '../../../support/connectors/connector-world.ts'
import { FakeServer } from '../../../support/connectors/fake-server.ts'

/** Polls end by themselves, and say what they have found. */
vi.setConfig({ testTimeout: 30_000 })
const WAIT = { timeout: 15_000, interval: 20 }
const vault = new SecretVault(new Uint8Array(32).fill(9))

let world: ConnectorWorld
let server: FakeServer

beforeEach(async () => {
  world = await ConnectorWorld.open({}, vault)
  server = new FakeServer(() => ({ status: 200 }))
  await server.start()
  await world.createStream()
})

afterEach(async () => {
  await world.close()
  await server.stop()
})

const createSink = (reference = '${secret:web:token}') =>
  world.run(`CREATE SINK f FROM s WITH (connector='http', url='${server.url}', authorization='${reference}');`)
const failure = (sql: string) =>
  world.run(sql).then(
    () => 'no failure',
    (error: { message: string; statementText?: string }) => `${error.message} ${error.statementText}`,
  )
const authorizations = () => server.requests.map(({ headers }) => headers.authorization)

/** All bytes below a directory. */
function contents(directory: string): string {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, 'latin1'))
    .join('\n')
}

describe('a secret', () => {
  test('reaches the connector, and no answer, log or file', async () => {
    const answers = [
      await world.run("CREATE SECRET web WITH (token='hunter2');"),
      await createSink(),
      await world.run('SHOW SECRETS; SHOW CONNECTORS; DESCRIBE CONNECTOR f;'),
    ]
    await world.insert([{ id: 1, v: 'a' }])
    await expect.poll(authorizations, WAIT).toEqual(['hunter2'])
    answers.push(await world.run('DESCRIBE CONNECTOR f;'))
    expect(answers[0]).toMatchObject([{ statementText: "CREATE SECRET WEB WITH (TOKEN='[string]');" }])
    expect(answers[2]).toMatchObject([{ '@type': 'secret_list', secrets: ['WEB'] }, {}, {}])
    expect(JSON.stringify([answers, world.warnings])).not.toContain('hunter2')
    await world.engine.closeEngine()
    expect(contents(world.directory)).not.toContain('hunter2')
    await world.reopen()
    await world.insert([{ id: 2, v: 'b' }])
    await expect.poll(authorizations, WAIT).toEqual(['hunter2', 'hunter2'])
  })

  test('that is replaced starts its connectors again with the new value', async () => {
    await world.run("CREATE SECRET web WITH (token='old');")
    await createSink('Bearer ${secret:WEB}')
    await world.insert([{ id: 1, v: 'a' }])
    await expect.poll(authorizations, WAIT).toEqual(['Bearer old'])
    await world.run("CREATE OR REPLACE SECRET web WITH (token='new');")
    await world.insert([{ id: 2, v: 'b' }])
    await expect.poll(authorizations, WAIT).toEqual(['Bearer old', 'Bearer new'])
  })

  test('is not dropped while a connector refers to it', async () => {
    await world.run("CREATE SECRET web WITH (token='x');")
    await createSink()
    expect(await failure('DROP SECRET web;')).toContain('The following connectors refer to this secret: [F]')
    await world.run('DROP CONNECTOR f; DROP SECRET web;')
    expect(await world.run('SHOW SECRETS;')).toMatchObject([{ secrets: [] }])
  })

  test.each([
    ["CREATE SECRET web WITH (token='x');", 'Secret WEB already exists. CREATE OR REPLACE SECRET'],
    ['DROP SECRET wed;', 'Secret WED does not exist. Did you mean WEB?'],
    [
      "CREATE SINK f FROM s WITH (connector='http', url='http://h', authorization='${secret:wed:token}');",
      'There is no secret WED. CREATE SECRET makes one. Did you mean WEB?',
    ],
    [
      "CREATE SINK f FROM s WITH (connector='http', url='http://h', authorization='clear');",
      'Store it by CREATE SECRET',
    ],
  ])('%s is refused', async (sql, message) => {
    await world.run("CREATE SECRET web WITH (token='x');")
    expect(await failure(sql)).toContain(message)
  })

  test('that is there already, or is not, is no failure where the statement says so', async () => {
    await world.run("CREATE SECRET web WITH (token='x'); CREATE SECRET IF NOT EXISTS web WITH (token='y');")
    await world.run('DROP SECRET IF EXISTS wed; DROP SECRET IF EXISTS web;')
  })

  test.each([
    "CREATE SECRET web WIT (token='hunter2');",
    "CREATE SECRET web WITH (token 'hunter2');",
    "CREATE OR REPLACE SECRET web WITH token='hunter2';",
    "CREATE SECRET web WITH (token='hunter2', token='hunter2');",
    "CREATE SINK f FROM s WITH (connector='http' authorization='hunter2');",
    "ALTER SINK f WITH (authorization 'hunter2');",
    "ALTER SINK f WITH (authorization='hunter2');",
  ])('is not shown by the refusal of %s', async (sql) => {
    const shown = await failure(sql)
    expect(shown).not.toContain('no failure')
    expect(shown).not.toContain('hunter2')
  })
})

test('a server without a key refuses secrets with advice', async () => {
  await world.close()
  world = await ConnectorWorld.open()
  expect(await failure("CREATE SECRET web WITH (token='hunter2');")).toMatch(
    /no key for secrets.*openssl rand -base64 32.*millrace\.secrets\.key\.file/s,
  )
})
