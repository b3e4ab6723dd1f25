/** Random rows of the sources, with updates, deletes, NULLs and equal values. */
import type { Random } from '../../support/random.ts'
import { isTable, type Plain, SOURCES, type SourceName, type Step } from './world.ts'

const MOST_STEPS = 30
/** Few, so that rows are changed. */
const IDS = 6

export function randomSteps(random: Random, used: readonly SourceName[]): Step[] {
  let timestamp = 0
  return Array.from({ length: random.integer(4, MOST_STEPS) }, (_, place) => {
    timestamp += random.integer(0, 3)
    const source = random.pick(used.length === 0 ? SOURCES : used)
    const isDelete = isTable(source) && random.chance(0.2)
    return {
      source,
      id: random.integer(0, IDS - 1),
      values: isDelete ? null : [...randomValues(random), place],
      timestamp,
    }
  })
}

/** `A` to `F`. */
function randomValues(random: Random): Plain[] {
  const orNull = (value: Plain): Plain => (random.chance(0.15) ? null : value)
  return [
    orNull(random.integer(-1, 3)),
    orNull(random.integer(0, 3)),
    orNull(random.pick(['a', 'b', 'ab', ''])),
    orNull(random.integer(0, 4) * 0.25),
    orNull(random.integer(-1, 3) * 0.5),
    orNull(random.chance(0.5)),
  ]
}

/** The rows that are there after these steps: all of a stream, the newest of each key of a table. */
export function rowsAfter(steps: readonly Step[], source: SourceName): Plain[][] {
  const rows = steps.flatMap((step) => (step.source === source ? [step] : []))
  const present = isTable(source) ? [...new Map(rows.map((step) => [step.id, step])).values()] : rows
  return present.flatMap(({ id, values }) => (values === null ? [] : [[id, ...values]]))
}
