// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references of options are written like this
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ConnectorWorld } from '../../../support/connectors/connector-world.ts'

/** Polls end by themselves, and say what they have found. */
vi.setConfig({ testTimeout: 30_000 })
const WAIT = { timeout: 15_000, interval: 20 }

let world: ConnectorWorld

beforeEach(async () => {
  world = await ConnectorWorld.open()
  await world.createStream()
})

afterEach(async () => {
  await world.close()
})

const lines = (directory: string): string[] => {
  const path = join(world.files, directory)
  if (!existsSync(path)) return []
  const names = readdirSync(path).filter((name) => name.endsWith('.json'))
  return names.sort().flatMap((name) => readFileSync(join(path, name), 'utf8').trimEnd().split('\n'))
}
const createSink = () =>
  world.run(
    `CREATE SINK f FROM s WITH (connector='file', directory='one', "roll.records"='1', "column.names"='lower');`,
  )
const optionsOf = async (name: string) => (await world.describe(name)).builtIn?.options

describe('ALTER', () => {
  test('changes options of a sink that runs, which continues at its position', async () => {
    await createSink()
    await world.insert([{ id: 1, v: 'a' }])
    await expect.poll(() => lines('one'), WAIT).toEqual(['{"id":1,"v":"a"}'])
    const [answer] = await world.run(`ALTER SINK f WITH (directory='two', "column.names"=NULL);`)
    expect(answer).toMatchObject({ commandStatus: { status: 'SUCCESS', message: 'Sink F altered' } })
    await world.insert([{ id: 2, v: 'b' }])
    await expect.poll(() => lines('two'), WAIT).toEqual(['{"ID":2,"V":"b"}'])
    expect(lines('one')).toHaveLength(1)
    expect((await world.describe('f')).builtIn).toMatchObject({
      options: { directory: 'two', 'roll.records': '1', 'column.names': 'exact' },
      statement: "CREATE SINK F FROM S WITH ('connector'='file', 'directory'='two', 'roll.records'='1');",
    })
  })

  test('is kept by a restart', async () => {
    await createSink()
    await world.run("ALTER CONNECTOR f WITH (directory='two');")
    await world.restart()
    await world.insert([{ id: 1, v: 'a' }])
    await expect.poll(() => lines('two'), WAIT).toHaveLength(1)
  })

  test('leaves a paused connector paused', async () => {
    await createSink()
    await world.run("PAUSE CONNECTOR f; ALTER SINK f WITH (directory='two');")
    await world.insert([{ id: 1, v: 'a' }])
    expect((await world.describe('f')).status.connector.state).toBe('PAUSED')
    await world.run('RESUME CONNECTOR f;')
    await expect.poll(() => lines('two'), WAIT).toHaveLength(1)
  })

  test('mends a connector that has failed', async () => {
    await world.run("CREATE SINK f FROM s WITH (connector='file', directory='/etc/elsewhere', \"roll.records\"=1);")
    await world.insert([{ id: 1, v: 'a' }])
    await expect.poll(async () => (await world.describe('f')).status.tasks[0]?.state, WAIT).toBe('FAILED')
    await world.run("ALTER SINK f WITH (directory='one');")
    await expect.poll(() => lines('one'), WAIT).toHaveLength(1)
  })

  test('keeps the position of a source', async () => {
    await world.run("CREATE SOURCE n WITH (connector='datagen', topic='n', fields='id=sequence', records=5, rate=0);")
    await expect.poll(async () => (await world.read('n')).length, WAIT).toBe(5)
    await world.run('ALTER SOURCE n WITH (records=8);')
    await expect.poll(async () => (await world.read('n')).length, WAIT).toBe(8)
    const ids = (await world.read('n')).map(({ value }) => (JSON.parse(value!) as { id: number }).id)
    expect(ids).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  })

  test('makes the topic for dead letters that it names', async () => {
    await createSink()
    await world.run(`ALTER SINK f WITH ("errors.tolerance"='all', "errors.deadletterqueue.topic.name"='dead');`)
    expect(await world.read('dead')).toEqual([])
  })

  test.each([
    ["ALTER SINK f WITH (dirctory='x');", "no option 'dirctory'. Did you mean directory?"],
    ['ALTER SINK f WITH ("roll.records"=0);', "takes a number that is at least 1, not '0'"],
    ['ALTER SINK f WITH (directory=NULL);', "The option 'directory' is missing."],
    ['ALTER SINK f WITH ("errors.deadletterqueue.topic.name"=\'d\');', "needs errors.tolerance='all'"],
    ["ALTER SINK f WITH (connector='s3');", "The option 'connector' cannot be altered"],
    ["ALTER SOURCE f WITH (directory='x');", 'F is a sink: write ALTER SINK F.'],
    ["ALTER SINK g WITH (directory='x');", 'There is no built-in connector G.'],
    ["ALTER SOURCE n WITH (topic='m');", "The option 'topic' cannot be altered"],
    ["ALTER SOURCE n WITH (fields='id=sequense');", "There is no kind 'sequense'"],
    ["ALTER SINK f WITH (directory='${secret:a:b}');", 'There is no secret A.'],
  ])('%s is refused, and changes nothing', async (sql, message) => {
    await createSink()
    await world.run("CREATE SOURCE n WITH (connector='datagen', topic='n', fields='id=sequence', records=1);")
    const before = [await optionsOf('f'), await optionsOf('n')]
    await expect(world.run(sql)).rejects.toThrow(message)
    expect([await optionsOf('f'), await optionsOf('n')]).toEqual(before)
  })
})
