import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TestEngine, temporaryDirectory } from '../../../support/engine.ts'

const create = (name: string) =>
  `CREATE STREAM ${name} (k STRING KEY, v INT) WITH (kafka_topic='${name}', value_format='JSON', partitions=1);`

describe('two servers of one cluster', () => {
  let directory: ReturnType<typeof temporaryDirectory>
  let first: TestEngine
  let second: TestEngine
  beforeEach(async () => {
    directory = temporaryDirectory()
    first = await TestEngine.open(directory.path)
    second = await first.another()
  })
  afterEach(async () => {
    await second.closeEngine()
    await first.close()
    directory.remove()
  })

  it('see each other’s statements', async () => {
    const [made] = await first.execute(create('a'))
    const commandSequenceNumber = (made as { commandSequenceNumber: number }).commandSequenceNumber
    const [described] = await second.engine.execute({ sql: 'DESCRIBE a;', commandSequenceNumber })
    expect(described).toMatchObject({ sourceDescription: { name: 'A' } })
  })

  it('never both accept statements that contradict each other', async () => {
    const names = Array.from({ length: 20 }, (_, i) => `n${i}`)
    const attempts = names.map((name) =>
      Promise.allSettled([first.execute(create(name)), second.execute(create(name))]),
    )
    for (const results of await Promise.all(attempts)) {
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      const rejected = results.find(({ status }) => status === 'rejected') as PromiseRejectedResult
      expect(rejected.reason.message).toContain('already exists')
    }
  })

  it('time out waiting for a command that never comes', async () => {
    await expect(second.engine.execute({ sql: 'SHOW TYPES;', commandSequenceNumber: 1_000_000 })).rejects.toMatchObject(
      { code: 'COMMAND_TIMEOUT' },
    )
  })
})
