import { truncateSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { directoryOfEachTest } from '../../../support/directory-of-each-test.ts'
import { TestEngine } from '../../../support/engine.ts'

const directory = directoryOfEachTest()

const S = "CREATE STREAM s (v INT) WITH (kafka_topic='s', value_format='JSON', partitions=1);"

test('records that damage has taken from the log show in the health of the server, until it starts again', async () => {
  const before = await TestEngine.open(directory.path)
  await before.execute(`${S} INSERT INTO s VALUES (1); INSERT INTO s VALUES (2);`)
  expect((await before.engine.health()).isHealthy).toBe(true)
  await before.close()
  const segment = join(directory.path, 'topics/s/0/00000000000000000000.log')
  truncateSync(segment, 100)

  const warnings: string[] = []
  const damaged = await TestEngine.openDurable(directory.path, { warn: (message) => warnings.push(message) })
  const { isHealthy, details } = await damaged.engine.health()
  expect(isHealthy).toBe(false)
  expect(details.log?.damages).toMatchObject([{ topic: 's', partition: 0, offset: 1, records: 1 }])
  expect(warnings).toEqual(details.log?.damages.map(({ message }) => message))
  await damaged.close()

  const after = await TestEngine.open(directory.path)
  const health = await after.engine.health()
  expect(health.isHealthy).toBe(true)
  expect(health.details).not.toHaveProperty('log')
  await after.close()
})
