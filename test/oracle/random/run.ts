/**
 * npm run oracle -- [--queries N] [--seed S] [--javascript] [--only SEED]
 *
 * Random queries over random rows, in Millrace and in DuckDB. Prints the seed, each failure as the smallest query and rows that show it, and how many
 * statements were refused and why. Exit code 1 for a failure. Query i has the seed S + i: `--only` runs the one with that seed.
 */
import { parseArgs } from 'node:util'
import { runOracle } from './oracle.ts'

const { values } = parseArgs({
  options: {
    queries: { type: 'string', default: '2000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    only: { type: 'string' },
    javascript: { type: 'boolean', default: false },
    failures: { type: 'string', default: '10' },
  },
})
const report = await runOracle({
  queries: values.only === undefined ? Number(values.queries) : 1,
  seed: Number(values.only ?? values.seed),
  inJavaScript: values.javascript,
  mostFailures: Number(values.failures),
  say: (line) => console.log(line),
})
if (report.failures > 0) process.exitCode = 1
