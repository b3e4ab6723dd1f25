/**
 * How pull queries read the lists of first rows: as the rows of the table that they make. So the table is not kept a second time, row by row. The time of a
 * row is that of the newest in its list.
 */
import { columnTypes } from '../../types/schema.ts'
import type { OperatorContext } from '../operator-context.ts'
import type { StepSchema } from '../step.ts'
import type { ListView } from '../step-facts.ts'
import { type FirstRows, listOf, listResults } from './first-rows.ts'
import type { RankLimit } from './ordered-rows.ts'

export interface ListedStep extends Pick<FirstRows, 'order' | 'functions' | 'key' | 'ttlMs'> {
  readonly isListed?: boolean
  readonly limit: RankLimit | null
}

/**
 * Whether pull queries can read the result from the lists: they are kept for good, of partitions that are in the key, and what is added to their rows is
 * nothing but their place.
 */
export const keepsFirstRows = (step: ListedStep): boolean =>
  step.isListed === true &&
  step.ttlMs === null &&
  partitionKey(step).length > 0 &&
  step.functions.every(({ call }) => call === 'ranking') &&
  (step.limit!.rank > 1 || step.functions.length === 0)

/** Whether each list is the only row of its partition, under a key as stores of tables have it. Those of a single column are encoded otherwise, as a partition may be NULL. */
export const isSingleRow = ({ limit, functions, key }: ListedStep): boolean =>
  limit!.rank === 1 && functions.length === 0 && key.length > 1

/** The columns of the partition in the key of the result. The number of the row follows, if there are several. */
const partitionKey = ({ key, limit }: ListedStep): readonly number[] => (limit!.rank === 1 ? key : key.slice(0, -1))

/** `output`: the columns of the input, then the results. */
export function firstRowsView(step: ListedStep, { value }: StepSchema, context: OperatorContext): ListView {
  const columns = value.slice(0, value.length - step.functions.length)
  const resultsOf = listResults(step, columns, context)
  return {
    entryTypes: columnTypes(partitionKey(step).map((index) => columns[index]!)),
    rowsOf: (entry) => resultsOf(listOf(entry)).map((row) => ({ key: step.key.map((index) => row[index]!), row })),
  }
}
