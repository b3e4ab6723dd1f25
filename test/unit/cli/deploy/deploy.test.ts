import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ClientError } from '../../../../src/cli/client/client-error.ts'
import { runApply } from '../../../../src/cli/commands/deploy.ts'
import { compare, describeComparison } from '../../../../src/cli/deploy/changes.ts'
import { makeChanges } from '../../../../src/cli/deploy/make-changes.ts'
import { inOrder } from '../../../../src/cli/deploy/order.ts'
import { readFolder } from '../../../../src/cli/deploy/read-folder.ts'
import { systemTimer } from '../../../../src/clock.ts'
import { messageOf } from '../../../../src/errors.ts'
import { TestEngine, temporaryDirectory } from '../../../support/engine.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-deploy-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const file = (name: string, text: string) => writeFileSync(join(folder, name), text)
const read = (variables: Record<string, string> = {}) =>
  inOrder(readFolder(folder, new Map(Object.entries(variables))).definitions)
const names = () => read().map(({ name }) => name)

const S = "CREATE STREAM s (k STRING KEY, v INT) WITH (kafka_topic='s', value_format='JSON', partitions=1);"

describe('a folder', () => {
  it('is put in the order in which its statements can be made', () => {
    file('a.sql', 'CREATE TABLE n AS SELECT k, COUNT(*) AS n FROM d GROUP BY k;\nCREATE STREAM d AS SELECT * FROM s;')
    file('b.sql', `${S} CREATE TYPE t AS STRUCT<a INT>;`)
    expect(names()).toEqual(['T', 'S', 'D', 'N'])
  })

  it('lets INSERT INTO come behind its target', () => {
    file('a.sql', 'INSERT INTO d SELECT * FROM s; CREATE STREAM d AS SELECT * FROM s;')
    file('b.sql', S)
    expect(names()).toEqual(['S', 'D', 'D from S'])
  })

  it('sees what queries in queries read', () => {
    file('a.sql', 'CREATE STREAM d AS WITH x AS (SELECT * FROM s) SELECT * FROM x;')
    file('b.sql', S)
    expect(names()).toEqual(['S', 'D'])
  })

  it('with a cycle is refused with the names and places of it', () => {
    file(
      'a.sql',
      'CREATE STREAM a AS SELECT * FROM b;\nCREATE STREAM b AS SELECT * FROM c;\nCREATE STREAM c AS SELECT * FROM a;',
    )
    expect(names).toThrow(/need each other: A \(.*a\.sql:1\) reads B \(.*a\.sql:2\) reads C \(.*a\.sql:3\) reads A/)
  })

  it('keeps its tests apart, and its settings with the statements behind them', () => {
    file(
      'a.sql',
      `SET 'auto.offset.reset'='earliest'; ${S} UNSET 'auto.offset.reset'; CREATE STREAM d AS SELECT * FROM s;`,
    )
    file('a.test.sql', '--@test: nothing\nSELECT;')
    expect(readFolder(folder, new Map()).hasTests).toBe(true)
    expect(read().map(({ properties }) => properties)).toEqual([{ 'auto.offset.reset': 'earliest' }, {}])
  })

  it('puts values for variables', () => {
    file('a.sql', `CREATE STREAM s (v INT) WITH (kafka_topic='$\{topic}', value_format='JSON');`)
    expect(read({ topic: 'abc' })[0]!.statement.text).toContain("kafka_topic='abc'")
  })

  it('is refused with the place of what is wrong', () => {
    file('a.sql', `${S}\nDROP STREAM s;`)
    expect(names).toThrow(/a\.sql:2: A folder may hold CREATE/)
    file('a.sql', `${S}\nCREATE STREAM;`)
    expect(names).toThrow(/a\.sql:2: /)
    file('a.sql', `${S}\n${S}`)
    expect(names).toThrow(/a\.sql:2: S is defined already, in .*a\.sql:1/)
    file('a.sql', '')
    expect(names).toThrow('There are no statements')
  })
})

describe('a server', { timeout: 60_000 }, () => {
  const directory = temporaryDirectory()
  let test: TestEngine
  beforeEach(async () => {
    test = await TestEngine.openDurable(directory.path)
  })
  afterEach(async () => {
    await test.close()
    directory.remove()
  })

  const client = {
    execute: async (sql: string, { properties = {} }: { properties?: Readonly<Record<string, string>> } = {}) => {
      try {
        return await test.execute(sql, { properties })
      } catch (error) {
        throw new ClientError(messageOf(error), { status: 400 })
      }
    },
  }
  const plan = async (prune = false) => compare(read(), client, { prune })
  const apply = async (prune = false) => {
    const said: string[] = []
    const { changes } = await plan(prune)
    await makeChanges(changes, { client, timer: systemTimer, timeoutMs: 30_000, say: (line) => said.push(line) })
    return said.map((line) => line.replaceAll(/(C[ST]AS_[A-Z]+)_\d+/g, '$1'))
  }

  it('is brought to what the folder says, once, and changed where that changes', async () => {
    file('a.sql', S)
    file('b.sql', 'CREATE TABLE n AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;')
    expect(await apply()).toEqual(['created source S', 'created query N'])
    expect(describeComparison(await plan())).toEqual(['0 to create, 0 to replace, 0 to drop, 2 unchanged.'])
    file('b.sql', 'CREATE TABLE n AS SELECT k, SUM(v) AS n FROM s GROUP BY k;')
    const lines = describeComparison(await plan())
    expect(lines[0]).toMatch(/^~ replace query N \(.*b\.sql:1\)$/)
    expect(lines.join('\n')).toContain('Change of query CTAS_N')
    expect(await apply()).toEqual(['replaced query N: CTAS_N has taken the place of CTAS_N'])
    expect((await plan()).changes).toEqual([])
    file('a.sql', S.replace('v INT', 'v INT, w INT'))
    expect(await apply()).toEqual(['replaced source S'])
    expect((await plan()).changes).toEqual([])
  })

  it('gets the indexes of the folder behind their tables, and others where their columns change', async () => {
    file(
      'a.sql',
      `CREATE INDEX by_n ON n (n);\n${S}\nCREATE TABLE n AS SELECT k, COUNT(*) AS n, SUM(v) AS v FROM s GROUP BY k;`,
    )
    expect(await apply()).toEqual(['created source S', 'created query N', 'created index BY_N'])
    expect(await apply()).toEqual([])
    file(
      'a.sql',
      `CREATE INDEX by_n ON n (v);\n${S}\nCREATE TABLE n AS SELECT k, COUNT(*) AS n, SUM(v) AS v FROM s GROUP BY k;`,
    )
    expect(await apply()).toEqual(['replaced index BY_N'])
    expect(await apply()).toEqual([])
  })

  it('is changed back where a change fails', async () => {
    file('a.sql', S)
    file('b.sql', 'CREATE TABLE n AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;')
    await apply()
    file('b.sql', 'CREATE TABLE n AS SELECT k, SUM(v) AS n FROM s GROUP BY k;\nCREATE STREAM x AS SELECT nope FROM s;')
    await expect(apply()).rejects.toThrow(/b\.sql:2: X could not be made.*All changes before it are changed back/s)
    const [description] = (await client.execute('DESCRIBE n;')) as unknown as [
      { sourceDescription: { statement: string } },
    ]
    expect(description.sourceDescription.statement).toContain('COUNT(*)')
  })

  it('knows the queries of INSERT INTO, and runs none of them twice', async () => {
    file('a.sql', `${S} CREATE STREAM d AS SELECT * FROM s; INSERT INTO d SELECT k, v + 1 AS v FROM s;`)
    expect(await apply()).toEqual(['created source S', 'created query D', 'created insert D from S'])
    expect((await plan()).changes).toEqual([])
    file('a.sql', `${S} CREATE STREAM d AS SELECT * FROM s; INSERT INTO d SELECT k, v + 2 AS v FROM s;`)
    expect(describeComparison(await plan()).join('\n')).toContain(
      'Another INSERT INTO that reads and writes the same runs there.',
    )
  })

  it('loses what the folder does not have only where it is asked to', async () => {
    await test.execute(`${S} CREATE STREAM d AS SELECT * FROM s; CREATE STREAM e AS SELECT * FROM d;`)
    file('a.sql', S)
    expect(describeComparison(await plan())).toEqual([
      'Not in the folder, and kept: D, E. --prune drops them.',
      '0 to create, 0 to replace, 0 to drop, 1 unchanged.',
    ])
    expect((await apply(true)).toSorted()).toEqual(['dropped STREAM D', 'dropped STREAM E'])
  })
})

describe('millrace apply', () => {
  it('runs the tests of the folder first, and then looks at the server', async () => {
    file('a.sql', S)
    file('a.test.sql', '--@test: one')
    const err = new PassThrough()
    const server = 'http://127.0.0.1:1'
    const options = { server, define: [], prune: false, dryRun: false, yes: false, timeout: 1 }
    const io = { out: new PassThrough(), err, timer: systemTimer, confirm: null, runTests: async () => 1 }
    expect(await runApply(folder, { ...options, tests: true }, io)).toBe(1)
    expect(String(err.read())).toBe('The tests of the folder fail. Nothing was changed.\n')
    expect(await runApply(folder, { ...options, tests: false }, io)).toBe(1)
    expect(String(err.read())).toContain('127.0.0.1:1')
  })
})
