import { expect, test } from 'vitest'
import type { ResolvedSchema } from '../../../../src/registry/resolved-schema.ts'
import { answerSchemaCall, SchemaCalls } from '../../../../src/runtime/threads/schema-calls.ts'

const schema: ResolvedSchema = { type: 'AVRO', text: '"int"', imports: {} }

/** Both sides, as if messages crossed between threads. */
function connected(fetch: (id: number) => Promise<ResolvedSchema | string>): SchemaCalls {
  const calls: SchemaCalls = new SchemaCalls((call) => {
    void answerSchemaCall(structuredClone(call), fetch).then((answer) => calls.onAnswer(structuredClone(answer)))
  })
  return calls
}

test('a worker thread gets a schema, or learns that there is none', async () => {
  const calls = connected(async (id) => (id === 1 ? schema : 'not found'))
  expect(await Promise.all([calls.fetch(1), calls.fetch(2)])).toEqual([schema, 'not found'])
})

test('a failure of the registry rejects the call with its words', async () => {
  const calls = connected(async () => {
    throw new Error('out of reach')
  })
  await expect(calls.fetch(1)).rejects.toThrow('out of reach')
})
