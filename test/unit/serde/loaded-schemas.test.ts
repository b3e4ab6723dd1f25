import { expect, test } from 'vitest'
import { ManualClock, ManualTimer } from '../../../src/clock.ts'
import type { ResolvedSchema } from '../../../src/registry/resolved-schema.ts'
import { SchemaNotLoaded } from '../../../src/serde/format.ts'
import { LoadedSchemas } from '../../../src/serde/loaded-schemas.ts'

const schema: ResolvedSchema = { type: 'AVRO', text: '"int"', imports: {} }

/** `answers`: what the registry gives, one after the other. */
function loaded(...answers: readonly (ResolvedSchema | string | Error)[]) {
  const clock = new ManualClock()
  const timer = new ManualTimer()
  const calls: number[] = []
  const left = [...answers]
  const schemas = new LoadedSchemas({
    clock,
    timer,
    fetch: async (id) => {
      calls.push(id)
      const answer = left.shift()!
      if (answer instanceof Error) throw answer
      return answer
    },
  })
  return { schemas, clock, timer, calls }
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

test('a schema is there once it was loaded, as one object', async () => {
  const { schemas } = loaded(schema)
  expect(() => schemas.get(7)).toThrow(SchemaNotLoaded)
  await schemas.load(7, () => {})
  expect(schemas.get(7)).toBe(schemas.get(7))
  expect(schemas.get(7)).toEqual(schema)
})

test('several that wait for one schema fetch it once', async () => {
  const { schemas, calls } = loaded(schema)
  await Promise.all([schemas.load(7, () => {}), schemas.load(7, () => {})])
  expect(calls).toEqual([7])
})

test('an id that does not exist is known to be wrong for half a minute', async () => {
  const { schemas, clock } = loaded('Schema 7 not found', schema)
  await schemas.load(7, () => {})
  expect(schemas.get(7)).toBe('Schema 7 not found')
  clock.advance(30_000)
  expect(() => schemas.get(7)).toThrow(SchemaNotLoaded)
  await schemas.load(7, () => {})
  expect(schemas.get(7)).toEqual(schema)
})

test('a registry that does not answer is tried again after pauses that grow, and each delay is told', async () => {
  const { schemas, timer, calls } = loaded(new Error('down'), new Error('still down'), schema)
  const delays: string[] = []
  const loading = schemas.load(7, (reason) => delays.push(reason))
  await turn()
  expect(timer.pending()).toEqual([200])
  timer.advance(200)
  await turn()
  expect(timer.pending()).toEqual([400])
  timer.advance(400)
  await loading
  expect(delays).toEqual(['down', 'still down'])
  expect(calls).toEqual([7, 7, 7])
  expect(schemas.get(7)).toEqual(schema)
})

test('closing ends the wait', async () => {
  const { schemas } = loaded(new Error('down'))
  const loading = schemas.load(7, () => {})
  await turn()
  schemas.close()
  await loading
  expect(() => schemas.get(7)).toThrow(SchemaNotLoaded)
})

test('the oldest of very many schemas makes room', async () => {
  const { schemas } = loaded(...Array.from({ length: 1001 }, () => schema))
  for (let id = 1; id <= 1001; id++) await schemas.load(id, () => {})
  expect(() => schemas.get(1)).toThrow(SchemaNotLoaded)
  expect(schemas.get(1001)).toEqual(schema)
})
