import { expect, it } from 'vitest'
import { runHostileBodies } from '../../../support/run-hostile-bodies.ts'

it('200 hostile bodies (seed 7) reach nothing and end in time', { timeout: 120_000 }, async () => {
  const { failures, measured } = await runHostileBodies({ seed: 7, bodies: 200, timeoutMs: 10 })
  expect(failures).toEqual([])
  expect(measured['stopped']).toBeGreaterThan(20)
  expect(measured['value']).toBeGreaterThan(20)
  expect(measured['error']).toBeGreaterThan(20)
})
