/**
 * The queries of Nexmark: `npm run bench -- nexmark [qN...] [--check] [--events 1000000] [--seed 1] [--kafka PORT] [--curve] [--limit 300]`.
 *
 * Each query runs in a server of its own over the same seeded events: on the embedded log, or with --kafka on the broker at that port of this machine. It runs twice
 * in the same process, which gives the cold and the warm figures: CPU seconds and peak memory of the server's process, and events per core-second; with --check once.
 * What it wrote is then compared with what DuckDB gives for the same query over the same events, in any order; exit code 1 where they differ, or a query does not end
 * within --limit seconds. --curve prints CPU per record for each tenth of the run. --rate: events in a second of event time.
 */
import { parseArgs } from 'node:util'
import { QUERIES } from './nexmark/queries.ts'
import { runNexmark } from './nexmark/run.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    check: { type: 'boolean', default: false },
    events: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    rate: { type: 'string', default: '1000' },
    kafka: { type: 'string' },
    curve: { type: 'boolean', default: false },
    limit: { type: 'string', default: '300' },
  },
})
const unknown = positionals.filter((name) => !QUERIES.includes(name))
if (unknown.length > 0) throw new Error(`No such query: ${unknown.join(', ')}. There are ${QUERIES.join(', ')}.`)

const allRight = await runNexmark({
  queries: positionals.length === 0 ? QUERIES : positionals,
  generator: { events: Number(values.events), seed: Number(values.seed), rate: Number(values.rate) },
  bootstrapServers: values.kafka === undefined ? null : `127.0.0.1:${values.kafka}`,
  runs: values.check ? 1 : 2,
  hasCurve: values.curve,
  limitSeconds: Number(values.limit),
  say: (line) => console.log(line),
})
process.exitCode = allRight ? 0 : 1
