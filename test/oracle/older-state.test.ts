/** Plans of older servers, whose operators keep their state in another form, give what the plans of this one give. */
import { expect, it } from 'vitest'
import type { PhysicalPlan } from '../../src/plan/physical-plan.ts'
import { planOf } from '../support/continuous-oracle.ts'
import { PartitionedDriver } from '../support/partitioned-driver.ts'
import { forEachSeed, type Random } from '../support/seeds.ts'

/** Fewer than elsewhere: each compares a table about 40 times. */
const SEEDS = 8

const TTL = 'STATE TTL 50 MILLISECONDS'
const LAST_OF_EACH =
  'SELECT A, B, TS FROM S WHERE A IS NOT NULL QUALIFY ROW_NUMBER() OVER (PARTITION BY A ORDER BY B DESC) = 1'
const FIRST_FOUR =
  'SELECT A, TS, ROW_NUMBER() OVER (PARTITION BY A ORDER BY B) AS N FROM S WHERE A IS NOT NULL QUALIFY N <= 4'
const DIFFERENT_VALUES = `SELECT B, COUNT(*) AS N, COUNT(DISTINCT A) AS X, COUNT(DISTINCT A) FILTER (WHERE TS > 20) AS Y, SUM(DISTINCT A) AS Z,
  COUNT(DISTINCT TS) FILTER (WHERE A < 2) AS V, MAX(A) AS W FROM S WHERE B IS NOT NULL GROUP BY B`
const ACROSS_PARTITIONS = 'SELECT ID, A, SUM(B) OVER (PARTITION BY A ORDER BY TS) AS X FROM T'

interface Event {
  /** The columns behind the key; null deletes the row of a table. */
  readonly row: (number | null)[] | null
  readonly id: number
  readonly time: number
  /** Whether a batch ends behind it: what is held back leaves. */
  readonly endsBatch: boolean
  /** Whether the query stops and continues behind that batch. */
  readonly restarts: boolean
}

function eventsOf(source: 'S' | 'T', random: Random): Event[] {
  let time = 100
  return Array.from({ length: 80 }, (_, place) => {
    // Sometimes so far that what the batch has changed is forgotten in it.
    time += random.chance(0.1) ? 100 : random.integer(0, 4)
    const small = () => (random.chance(0.1) ? null : random.integer(0, 3))
    const row = source === 'T' && random.chance(0.2) ? null : [small(), small(), place]
    return { row, id: random.integer(0, 5), time, endsBatch: random.chance(0.5), restarts: random.chance(0.06) }
  })
}

const withOlderState = (plan: PhysicalPlan): PhysicalPlan => ({
  ...plan,
  steps: plan.steps.map((step) => {
    switch (step.kind) {
      case 'over':
      case 'settle':
        return { ...step, isListed: false }
      case 'changeAggregate': {
        const { onlyAdds: _onlyAdds, valuesInBlocks: _valuesInBlocks, ...older } = step
        return older
      }
      default:
        return step
    }
  }),
})

/** The table after each batch. */
function tablesOf(plan: PhysicalPlan, source: string, events: readonly Event[], coalesces: boolean): string[] {
  // Never 0, at which the driver ends a batch.
  const driver = new PartitionedDriver({ plan, partitions: 3, random: (below) => below - 1, coalesces })
  return events.flatMap(({ row, id, time, endsBatch, restarts }) => {
    driver.send(source, { key: [id], value: row, timestamp: time })
    driver.advance(events.length)
    if (!endsBatch) return []
    driver.finish()
    if (restarts) driver.restart()
    return driver.table().map(String).sort().join(' ')
  })
}

it.each([
  ['S', LAST_OF_EACH],
  ['S', `${LAST_OF_EACH} ${TTL}`],
  ['S', FIRST_FOUR],
  ['S', `${FIRST_FOUR} ${TTL}`],
  ['S', DIFFERENT_VALUES],
  ['S', `${DIFFERENT_VALUES} ${TTL}`],
  ['T', ACROSS_PARTITIONS],
] as const)('%s: %s', (source, query) => {
  const { plan } = planOf(`CREATE TABLE O AS ${query};`)
  const older = withOlderState(plan)
  expect(older).not.toEqual(plan)
  forEachSeed((random) => {
    const events = eventsOf(source, random)
    expect(tablesOf(plan, source, events, random.chance(0.5))).toEqual(tablesOf(older, source, events, false))
  }, SEEDS)
})
