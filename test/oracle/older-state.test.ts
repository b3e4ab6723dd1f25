/** Plans of older servers, whose operators keep their state in another form, give what the plans of this one give. */
import { expect, it } from 'vitest'
import type { StepId } from '../../src/operators/step.ts'
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
const SECOND_AT_MOST = 'SELECT ID, A, B, RANK() OVER (PARTITION BY A ORDER BY B DESC) AS N FROM T QUALIFY N <= 2'
const THREE_VALUES = 'SELECT ID, A, B FROM T QUALIFY DENSE_RANK() OVER (ORDER BY B) <= 3'
const FIRST_OF_TABLE = 'SELECT ID, A, TS FROM T QUALIFY ROW_NUMBER() OVER (PARTITION BY A ORDER BY B) = 1'
const EQUALS_OF_STREAM = 'SELECT DISTINCT A, B FROM S QUALIFY RANK() OVER (PARTITION BY A ORDER BY B DESC) <= 4'
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
  steps: plan.steps.flatMap((step) => {
    switch (step.kind) {
      case 'over': {
        const { isListed: _isListed, inBlocks: _inBlocks, ...older } = step
        return older
      }
      case 'settle':
        return { ...step, isListed: false }
      case 'changeAggregate': {
        const {
          onlyAdds: _onlyAdds,
          valuesInBlocks: _blocks,
          keepsSmallSets: _small,
          recordColumns: _,
          ...older
        } = step
        return older
      }
      case 'repartition': {
        const { recordColumns: _, ...older } = step
        return older
      }
      case 'changeKey':
        return { ...step, input: beforePartials(step.input, plan) }
      case 'partialChangeAggregate':
        return []
      default:
        return step
    }
  }),
})

function beforePartials(id: StepId, { steps }: PhysicalPlan): StepId {
  const step = steps.find((one) => one.id === id)!
  return step.kind === 'partialChangeAggregate' ? step.input : id
}

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
  ['T', SECOND_AT_MOST],
  ['T', THREE_VALUES],
  ['T', FIRST_OF_TABLE],
  ['T', `${FIRST_OF_TABLE} ${TTL}`],
  ['S', EQUALS_OF_STREAM],
  ['S', `${EQUALS_OF_STREAM} ${TTL}`],
  ['T', ACROSS_PARTITIONS],
] as const)('%s: %s', (source, query) => {
  const { plan } = planOf(`CREATE TABLE O AS ${query};`)
  const older = withOlderState(plan)
  expect(older).not.toEqual(plan)
  forEachSeed((random) => {
    const events = eventsOf(source, random)
    const coalesces = random.chance(0.5)
    // A row of a table is forgotten sooner where changes that would have given it a new time are held back and cancel out.
    const olderCoalesces = coalesces && source === 'T' && query.endsWith(TTL)
    expect(tablesOf(plan, source, events, coalesces)).toEqual(tablesOf(older, source, events, olderCoalesces))
  }, SEEDS)
})
