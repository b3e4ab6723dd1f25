/** Pull requests for tests of the runtime: all columns of the table, in the order of the layout. */
import type { NamedExpression } from '../../src/operators/step.ts'
import type { PullRequest, QueryRuntime } from '../../src/runtime/query-runtime.ts'
import type { Column } from '../../src/types/schema.ts'
import type { Row } from '../../src/types/value.ts'

/** Everything, of a layout with those columns. */
export const pullAll = (layout: readonly Column[]): PullRequest => ({
  keys: null,
  keyRange: null,
  windowStart: null,
  windowEnd: null,
  pullId: 'pull',
  form: {
    predicate: null,
    columns: layout.map(
      ({ name, type }, index): NamedExpression => ({
        name,
        type,
        text: name,
        expression: { kind: 'column', index, name, type },
      }),
    ),
    limit: null,
  },
})

export async function pullRows(
  runtime: QueryRuntime,
  queryId: string,
  request: PullRequest,
  partitions?: readonly number[],
  options?: { readonly standbys: boolean },
): Promise<Row[]> {
  const rows: Row[] = []
  for await (const batch of runtime.pull(queryId, request, partitions, options)) rows.push(...batch)
  return rows
}
