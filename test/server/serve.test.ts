import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { serve } from '../../src/serve.ts'
import { temporaryDirectory } from '../support/engine.ts'

/** A property file in a directory of its own. */
function propertyFile(text: string): string {
  const directory = temporaryDirectory()
  onTestFinished(() => directory.remove())
  const path = join(directory.path, 'server.properties')
  writeFileSync(path, text)
  return path
}

it('checks a configuration: unknown names and values that do not fit are refused, each with its place', async () => {
  const config = propertyFile('ksql.servce.id=x\nnum.stream.threads=0\n')
  const environment = { KSQL_COMMIT_INTERVAL_MS: 'soon' }
  await expect(serve({ config, check: true, environment })).rejects.toThrow(
    `${config}:1: There is no setting ksql.servce.id. Did you mean ksql.service.id?
${config}:2: Invalid value 0 for configuration num.stream.threads. It is a whole number, 1 or more.
KSQL_COMMIT_INTERVAL_MS: Invalid value soon for configuration commit.interval.ms. It is a whole number.`,
  )
  await expect(serve({ config: propertyFile('ksql.servce.id=x'), check: true })).rejects.toThrow('ksql.service.id')
  await expect(serve({ config: propertyFile('ksql.service.id=x'), check: true })).resolves.toBeNull()
})

it('does not start with a value that does not fit', async () => {
  const config = propertyFile('num.stream.threads=0\n')
  await expect(serve({ config })).rejects.toThrow('Invalid value 0 for configuration num.stream.threads.')
})

it('refuses a Kafka cluster without a port at once, wherever it is named', async () => {
  const refusal = 'Write it like localhost:9092.'
  await expect(serve({ bootstrapServers: 'foo' })).rejects.toThrow(refusal)
  await expect(serve({ environment: { KSQL_BOOTSTRAP_SERVERS: 'foo' } })).rejects.toThrow(refusal)
})
