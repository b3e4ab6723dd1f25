/** What must hold of the examples' answers, on whatever broker they ran. */
import { expect, test } from 'vitest'
import { laCa } from '../../examples/la-ca/example.ts'
import { rides } from '../../examples/rides/example.ts'
import type { Example, Row } from '../../examples/support/example.ts'
import { runExample } from '../../examples/support/run-example.ts'
import { startServerProcess } from '../../examples/support/server-process.ts'
import { trains } from '../../examples/trains/example.ts'

const TEST_MS = 180_000

/** Some figures by hand, so that an error in both an example's data and its computation shows. */
const FIGURES: readonly { readonly example: Example; readonly query: number; readonly row: Row }[] = [
  // Counted with grep and awk over the package's files.
  { example: laCa, query: 0, row: ['LA', 231, 55, 2517, 2517 / 231, 183, '2001-03-31 14:18'] },
  { example: trains, query: 2, row: ['IC 6', 'Bern', 'Burgdorf', 13] },
  { example: rides, query: 1, row: ['harbour', 21, true] },
]

/** `bootstrapServers` null: on the embedded log. */
export function exampleChecks(bootstrapServers: string | null): void {
  for (const { example, query, row } of FIGURES) {
    test(
      `${example.name} answers what a plain computation over its data gives`,
      async () => {
        const server = await startServerProcess(bootstrapServers)
        try {
          const results = await runExample(example, { url: server.url, print: () => {} })
          expect(results.filter(({ difference }) => difference !== null)).toEqual([])
          expect(results[query]!.rows).toContainEqual(row)
        } finally {
          await server.stop()
        }
      },
      TEST_MS,
    )
  }
}
