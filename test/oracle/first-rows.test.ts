/** First rows of partitions of a stream: kept as lists, and as all rows, as plans of older servers have them. */
import { expect, it } from 'vitest'
import type { PhysicalPlan } from '../../src/plan/physical-plan.ts'
import { planOf } from '../support/continuous-oracle.ts'
import { PartitionedDriver } from '../support/partitioned-driver.ts'
import { forEachSeed, type Random } from '../support/seeds.ts'

const QUERIES = [
  'SELECT A, B, TS FROM S WHERE A IS NOT NULL QUALIFY ROW_NUMBER() OVER (PARTITION BY A ORDER BY B DESC) = 1',
  'SELECT A, B, TS, ROW_NUMBER() OVER (PARTITION BY A ORDER BY B) AS N FROM S WHERE A IS NOT NULL QUALIFY N <= 3',
  'SELECT A, B, TS FROM S WHERE A IS NOT NULL QUALIFY ROW_NUMBER() OVER (PARTITION BY A ORDER BY B) = 1 STATE TTL 50 MILLISECONDS',
  'SELECT A, TS, ROW_NUMBER() OVER (PARTITION BY A ORDER BY B DESC) AS N FROM S WHERE A IS NOT NULL QUALIFY N <= 4 STATE TTL 50 MILLISECONDS',
]

interface Event {
  readonly row: readonly (number | null)[]
  readonly time: number
  /** Whether the query stops and continues behind it. */
  readonly restarts: boolean
}

const eventsOf = (random: Random): Event[] => {
  let time = 100
  return Array.from({ length: 80 }, (_, place) => {
    time += random.integer(0, 4)
    const small = () => (random.chance(0.1) ? null : random.integer(0, 3))
    return { row: [small(), small(), place], time, restarts: random.chance(0.03) }
  })
}

const planFor = (query: string): PhysicalPlan => planOf(`CREATE TABLE O AS ${query};`).plan

const withoutLists = (plan: PhysicalPlan): PhysicalPlan => ({
  ...plan,
  steps: plan.steps.map((step) => (step.kind === 'over' ? { ...step, isListed: false } : step)),
})

/** The table after each event. */
function tablesOf(plan: PhysicalPlan, events: readonly Event[], coalesces: boolean): string[] {
  const driver = new PartitionedDriver({ plan, partitions: 1, random: () => 0, coalesces })
  return events.map(({ row, time, restarts }) => {
    driver.send('S', { key: [1], value: [...row], timestamp: time })
    driver.finish()
    if (restarts) driver.restart()
    return driver.table().map(String).sort().join(' ')
  })
}

it.each(QUERIES)('%s', (query) => {
  const plan = planFor(query)
  expect(plan.steps.some((step) => step.kind === 'over' && step.isListed === true)).toBe(true)
  forEachSeed((random) => {
    const events = eventsOf(random)
    expect(tablesOf(plan, events, random.chance(0.5))).toEqual(tablesOf(withoutLists(plan), events, false))
  })
})
