import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CurrentStatus } from '../../../../src/engine/describe/entities.ts'
import { collect, type RowStream, TestEngine, temporaryDirectory } from '../../../support/engine.ts'

let directory: ReturnType<typeof temporaryDirectory>
let test: TestEngine
beforeEach(async () => {
  directory = temporaryDirectory()
  test = await TestEngine.open(directory.path)
})
afterEach(async () => {
  await test.close()
  directory.remove()
})

/** The command log stays until others had time to read it. */
const SOON = { timeout: 10_000 }

const STATEMENTS = `
  CREATE STREAM s (k STRING KEY, v INT) WITH (kafka_topic='s', value_format='JSON', partitions=1);
  CREATE STREAM kept AS SELECT * FROM s;
  CREATE STREAM tmp_a AS SELECT * FROM s;
  CREATE TABLE big AS SELECT v, COUNT(*) AS c FROM s GROUP BY v;`

const ownTopics = async () =>
  (await test.broker.listTopics()).map(({ name }) => name).filter((name) => !/^(default_|__)/.test(name))

describe('the end of a cluster', { timeout: 20_000 }, () => {
  it('ends queries, deletes what is theirs, the sinks that are named and the command log, and takes nothing more', async () => {
    await test.execute(STATEMENTS)
    const push = (await test.engine.openQuery({ sql: 'SELECT * FROM s EMIT CHANGES;' })) as RowStream
    const ended = collect(push)
    await test.settled()
    expect((await ownTopics()).some((name) => name.includes('_command_topic'))).toBe(true)
    expect((await ownTopics()).some((name) => name.endsWith('-repartition'))).toBe(true)
    const answer = (await test.engine.terminate(['BIG', 'TMP_.*', 's'])) as CurrentStatus
    expect(answer).toMatchObject({
      '@type': 'currentStatus',
      statementText: 'TERMINATE CLUSTER;',
      commandId: 'cluster/TerminateCluster/terminate',
      commandStatus: { status: 'SUCCESS' },
    })
    expect((await ended).end).toMatchObject({ reason: 'closed' })
    for (const work of [test.execute('SHOW STREAMS;'), test.engine.terminate([])]) {
      await expect(work).rejects.toMatchObject({ code: 'SHUT_DOWN' })
    }
    await expect.poll(ownTopics, SOON).toEqual(['KEPT', 's'])
    expect((await test.engine.health()).serverState).toBe('TERMINATING')
  })

  it('leaves a new cluster to whoever starts again', async () => {
    await test.execute(STATEMENTS)
    await test.engine.terminate([])
    await test.close()
    test = await TestEngine.open(directory.path)
    expect(await test.execute('SHOW QUERIES;')).toMatchObject([{ queries: [] }])
    expect(await ownTopics()).toEqual(expect.arrayContaining(['KEPT', 'TMP_A', 'BIG', 's']))
    await test.execute(STATEMENTS)
  })

  it('that was cut off is carried out at the next start', async () => {
    await test.execute(STATEMENTS)
    await test.settled()
    const deleteTopic = test.broker.deleteTopic.bind(test.broker)
    test.broker.deleteTopic = async (name) => {
      if (name === 'BIG') throw new Error('killed')
      await deleteTopic(name)
    }
    const { commandStatus } = (await test.engine.terminate(['BIG'])) as CurrentStatus
    expect(commandStatus).toMatchObject({ status: 'ERROR', message: 'killed' })
    await test.close()
    test = await TestEngine.open(directory.path)
    await expect(test.execute('SHOW STREAMS;')).rejects.toMatchObject({ code: 'SHUT_DOWN' })
    await expect.poll(ownTopics, SOON).toEqual(['KEPT', 'TMP_A', 's'])
  })

  it('is not begun with a pattern that is none', async () => {
    await test.execute(STATEMENTS)
    await expect(test.engine.terminate(['BIG', '('])).rejects.toThrow(/^Invalid pattern: \(\./)
    expect(await test.execute('SHOW QUERIES;')).toMatchObject([{ queries: [{}, {}, {}] }])
  })

  it('is the end of all its servers', async () => {
    const other = await test.another()
    await test.execute(STATEMENTS)
    await expect.poll(async () => (await other.execute('SHOW QUERIES;')).length, SOON).toBe(1)
    await test.engine.terminate(['KEPT'])
    const refusal = () => other.execute('SHOW STREAMS;').catch((error: { code: string }) => error.code)
    await expect.poll(refusal, SOON).toBe('SHUT_DOWN')
    await other.closeEngine()
  })
})
