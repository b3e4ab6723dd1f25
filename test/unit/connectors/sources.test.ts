import { appendFileSync, mkdirSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ConnectorWorld } from '../../support/connectors/connector-world.ts'

/** Polls end by themselves, and say what they have found. */
vi.setConfig({ testTimeout: 30_000 })

const WAIT = { timeout: 15_000, interval: 20 }
let world: ConnectorWorld

beforeEach(async () => {
  world = await ConnectorWorld.open()
  mkdirSync(world.files)
})

afterEach(() => world.close())

const values = async (topic: string) => (await world.read(topic)).map(({ value }) => value)

describe('source datagen', () => {
  const FIELDS = 'id=sequence; state=one(LA*3,CA); ms=int(1,500); name=text(3)'
  const create = (name: string, topic: string) =>
    world.run(
      `CREATE SOURCE ${name} WITH (connector='datagen', topic='${topic}', fields='${FIELDS}', rate=0, records=50, seed=7);`,
    )

  test('makes as many records as wanted, the same for the same seed', async () => {
    await create('a', 'a')
    await create('b', 'b')
    await expect.poll(() => values('a'), WAIT).toHaveLength(50)
    await expect.poll(() => values('b'), WAIT).toHaveLength(50)
    expect(await values('a')).toEqual(await values('b'))
    const records = (await values('a')).map((value) => JSON.parse(value!) as { id: number; state: string; ms: number })
    expect(records.map(({ id }) => id)).toEqual(Array.from({ length: 50 }, (_, i) => i))
    expect(new Set(records.map(({ state }) => state))).toEqual(new Set(['LA', 'CA']))
    expect(records.every(({ ms }) => ms >= 1 && ms <= 500)).toBe(true)
  })

  test('continues after a restart with the next record', async () => {
    await world.run("CREATE SOURCE a WITH (connector='datagen', topic='a', fields='id=sequence', rate=200);")
    await expect.poll(async () => (await values('a')).length, WAIT).toBeGreaterThan(5)
    await world.restart()
    const before = (await values('a')).length
    await expect.poll(async () => (await values('a')).length, WAIT).toBeGreaterThan(before)
    await world.run('PAUSE CONNECTOR a;')
    const ids = (await values('a')).map((value) => (JSON.parse(value!) as { id: number }).id)
    expect(ids).toEqual(Array.from({ length: ids.length }, (_, i) => i))
  })

  test.each([
    ['id=sequense', "There is no kind 'sequense'"],
    ['id', "takes 'name=kind'"],
    ['id=int(5)', 'takes the lowest and the highest number'],
  ])('refuses the fields %s', async (fields, message) => {
    await expect(
      world.run(`CREATE SOURCE a WITH (connector='datagen', topic='a', fields='${fields}');`),
    ).rejects.toThrow(message)
  })
})

describe('source file', () => {
  const path = (name: string) => join(world.files, name)
  const create = (options = '') =>
    world.run(`CREATE SOURCE a WITH (connector='file', topic='a', path='app*.log', "scan.interval.ms"=10${options});`)
  const expectValues = (expected: readonly string[]) => expect.poll(() => values('a'), WAIT).toEqual(expected)

  test('reads what is there and what is appended, line by line', async () => {
    writeFileSync(path('app.log'), 'one\ntwo\r\nthr')
    await create()
    await expectValues(['one', 'two'])
    appendFileSync(path('app.log'), 'ee\n\nfour\n')
    await expectValues(['one', 'two', 'three', 'four'])
  })

  test('reads a rotated file to its end, then the new one, and neither twice', async () => {
    writeFileSync(path('app.log'), 'one\n')
    await create()
    await expectValues(['one'])
    appendFileSync(path('app.log'), 'two\nlast')
    renameSync(path('app.log'), path('app.1.log'))
    writeFileSync(path('app.log'), 'three\n')
    await expect.poll(async () => (await values('a')).toSorted(), WAIT).toEqual(['last', 'one', 'three', 'two'])
    appendFileSync(path('app.log'), 'four\n')
    await expect.poll(async () => (await values('a')).length, WAIT).toBe(5)
  })

  test('reads a truncated file from its start', async () => {
    writeFileSync(path('app.log'), 'one\ntwo\n')
    await create()
    await expectValues(['one', 'two'])
    truncateSync(path('app.log'))
    await expect
      .poll(async () => {
        appendFileSync(path('app.log'), '')
        return (await world.describe('a')).builtIn?.records
      }, WAIT)
      .toBe(2)
    appendFileSync(path('app.log'), 'x\n')
    await expectValues(['one', 'two', 'x'])
  })

  test('continues after a restart where it was, also in a file that was renamed meanwhile', async () => {
    writeFileSync(path('app.log'), 'one\n')
    await create()
    await expectValues(['one'])
    await world.engine.closeEngine()
    appendFileSync(path('app.log'), 'two\n')
    renameSync(path('app.log'), path('app.1.log'))
    writeFileSync(path('app.log'), 'three\n')
    await world.reopen()
    await expect.poll(async () => (await values('a')).toSorted(), WAIT).toEqual(['one', 'three', 'two'])
  })

  test('waits for files that come later, and survives one that is deleted', async () => {
    await create()
    writeFileSync(path('app.log'), 'one\n')
    await expectValues(['one'])
    rmSync(path('app.log'))
    writeFileSync(path('app.log'), 'two\n')
    await expectValues(['one', 'two'])
  })

  test('begins at the end if it is to', async () => {
    writeFileSync(path('app.log'), 'old\n')
    await create(", start='end'")
    await expect.poll(async () => (await world.describe('a')).status.connector.state, WAIT).toBe('RUNNING')
    await expect
      .poll(async () => {
        appendFileSync(path('app.log'), 'new\n')
        return (await values('a')).includes('new')
      }, WAIT)
      .toBe(true)
    expect(await values('a')).not.toContain('old')
  })

  test('passes over a line that is longer than allowed', async () => {
    writeFileSync(path('app.log'), `one\n${'x'.repeat(3_000_000)}\ntwo\n`)
    await create(', "max.line.bytes"=1000')
    await expectValues(['one', 'two'])
    expect(world.warnings.join()).toContain('1 lines were longer than max.line.bytes')
  })

  test('passes over a line of 10 MB', async () => {
    writeFileSync(path('app.log'), `one\n${'x'.repeat(10_000_000)}\ntwo\n`)
    await create()
    await expectValues(['one', 'two'])
    expect(world.warnings.join()).toContain('1 lines were longer than max.line.bytes')
  })

  test('stores lines that are nearly as long as the topic allows among short ones', async () => {
    const long = (letter: string) => letter.repeat(990_000)
    const short = Array.from({ length: 5000 }, (_, i) => `${i} ${'s'.repeat(100)}`)
    const all = [...short, long('a'), ...short, long('b'), long('c'), ...short]
    writeFileSync(path('app.log'), `${all.join('\n')}\n`)
    await create()
    await expect.poll(async () => (await values('a')).length, WAIT).toBe(all.length)
    expect(await values('a')).toEqual(all)
  })

  test('makes objects of CSV by its header, and passes over what is not well-formed', async () => {
    writeFileSync(path('app.log'), 'id,name\n1,"Smith, J"\n2,\n3,"open\n4,a,b,c\n5,x\n')
    await create(", format='csv'")
    await expectValues(['{"id":"1","name":"Smith, J"}', '{"id":"2","name":null}', '{"id":"5","name":"x"}'])
  })

  test('passes over a line that is no object where objects are wanted', async () => {
    writeFileSync(path('app.log'), '{"a":1}\nplain\n{"a":2}\n')
    await create(", format='ndjson'")
    await expectValues(['{"a":1}', '{"a":2}'])
  })
})
