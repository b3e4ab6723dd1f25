/** Joins of streams whose rows are kept for a time: over buffers, and over bags, as plans of older servers have them. */
import { expect, it } from 'vitest'
import type { PhysicalPlan } from '../../src/plan/physical-plan.ts'
import { planOf } from '../support/continuous-oracle.ts'
import { PartitionedDriver } from '../support/partitioned-driver.ts'
import { forEachSeed, type Random } from '../support/seeds.ts'

const TTL_MS = 50
const QUERY =
  'CREATE STREAM O AS SELECT L.TS AS L, X.TS AS X FROM S L JOIN R X STATE TTL 50 MILLISECONDS ON L.A = X.A AND L.B <= X.B;'

interface Event {
  readonly source: 'S' | 'R'
  readonly row: readonly (number | null)[]
  readonly time: number
}

const eventsOf = (random: Random): Event[] => {
  let time = 100
  return Array.from({ length: 120 }, (_, place) => {
    time += random.integer(0, 4)
    const small = () => (random.chance(0.1) ? null : random.integer(0, 3))
    return { source: random.pick(['S', 'R']), row: [small(), small(), place], time }
  })
}

function pairsOf(plan: PhysicalPlan, events: readonly Event[], random: Random): string[] {
  const driver = new PartitionedDriver({ plan, partitions: 1, random: () => 0, coalesces: false })
  for (const { source, row, time } of events) {
    driver.send(source, { key: [1], value: [...row], timestamp: time })
    driver.finish()
    if (random.chance(0.03)) driver.restart()
  }
  return driver.output.map(({ value }) => value!.join()).sort()
}

it('gives every pair whose older row is not forgotten, and none of one that is', () => {
  const { plan } = planOf(QUERY)
  expect(plan.steps.some((step) => step.kind === 'changeJoin' && step.isBuffered === true)).toBe(true)
  forEachSeed((random) => {
    const events = eventsOf(random)
    const pairs = events.flatMap((left, i) =>
      events.flatMap((right, j) => {
        const [a, b, l] = left.row
        const [c, d, x] = right.row
        const isPair = left.source === 'S' && right.source === 'R' && a !== null && a === c && b !== null && d !== null
        const isKept =
          Math.abs(left.time - right.time) <= TTL_MS || (i < j ? left.time >= right.time : right.time >= left.time)
        return isPair && b! <= d! && isKept ? [`${l},${x}`] : []
      }),
    )
    expect(pairsOf(plan, events, random)).toEqual(pairs.sort())
  })
})

it('gives the same over bags', () => {
  const { plan } = planOf(QUERY)
  const older = {
    ...plan,
    steps: plan.steps.map((step) => (step.kind === 'changeJoin' ? { ...step, isBuffered: false } : step)),
  }
  forEachSeed((random) => {
    const events = eventsOf(random)
    expect(pairsOf(plan, events, random)).toEqual(pairsOf(older, events, random))
  })
})
