/** Seeded mistakes in the statements of the documentation. MISTAKES_SEED and MISTAKES: another seed and number than the default ones. */
import { expect, it } from 'vitest'
import { makeMistakes } from './fuzz/mistakes.ts'

const seed = Number(process.env['MISTAKES_SEED'] ?? 1)
const count = Number(process.env['MISTAKES'] ?? 300)

it(`each refusal of ${count} mistakes (seed ${seed}) says once where and what`, {
  timeout: 60_000 + 100 * count,
}, async () => {
  const mistakes = await makeMistakes({ seed, count })
  expect(mistakes).toHaveLength(count)
  expect(mistakes.filter(({ faults }) => faults.length > 0)).toEqual([])
  expect(mistakes.filter(({ refusal }) => refusal !== null).length).toBeGreaterThan(count / 2)
})
