/** Random damage to one file of a data directory, in child processes: a sample of `npm run faults -- damage`. */
import { expect, it } from 'vitest'
import { damage } from '../faults/damage.ts'

const SEEDS = 20

it('costs nothing that is not told, whichever file it hits', { timeout: 120_000 }, async () => {
  const { failures, measured } = await damage({
    seed: 1,
    number: (name, byDefault) => (name === 'seeds' ? SEEDS : byDefault),
    text: (_name, byDefault) => byDefault,
    say: () => {},
  })
  expect(failures).toEqual([])
  expect(measured).toMatchObject({ seeds: SEEDS })
})
