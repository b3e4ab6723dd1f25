/** A few statements of test/faults/hostile.ts, with bounds that hold on a busy machine too. */
import { expect, test } from 'vitest'
import { hostile } from '../faults/hostile.ts'

const OPTIONS: Readonly<Record<string, number>> = { statements: 6, ms: 1000, limit: 8000, mb: 2500, rows: 10 }

test('a server answers, and other queries run, beside hostile statements', { timeout: 120_000 }, async () => {
  const { failures } = await hostile({
    seed: Number(process.env['HOSTILE_SEED'] ?? 1),
    number: (name, byDefault) => OPTIONS[name] ?? byDefault,
    text: (_name, byDefault) => byDefault,
    say: () => {},
  })
  expect(failures).toEqual([])
})
