import { expect, it } from 'vitest'
import { isLoaded, load } from '../../../bench/nexmark/load.ts'
import { openLog } from '../../support/embedded-log/open.ts'

const GENERATOR = { seed: 1, events: 50, rate: 1000 }

it('topics with other partitions than Millrace alone is measured with, as peers have them, are not taken for filled ones', async () => {
  const { broker } = await openLog()
  await load(broker, GENERATOR, 2)
  expect(await isLoaded(broker, GENERATOR)).toBe(false)
  await load(broker, GENERATOR)
  expect(await isLoaded(broker, GENERATOR)).toBe(true)
  expect(await isLoaded(broker, { ...GENERATOR, events: 100 })).toBe(false)
})
