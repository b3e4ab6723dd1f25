/**
 * Filter throughput: three columns of the records `WHERE state = 'LA'` (job j1), on the embedded log and on Kafka:
 * `npm run bench -- filter [--reps 3] [--peers embedded,millrace]`. N: records of about 255 bytes, default 1,000,000.
 */
import { parseArgs } from 'node:util'
import { type PeerName, runJobs } from './compare/run-jobs.ts'
import { table } from './compare/table.ts'

const { values } = parseArgs({
  options: { reps: { type: 'string', default: '3' }, peers: { type: 'string', default: 'embedded,millrace' } },
})
const results = await runJobs({
  jobs: ['j1'],
  peers: values.peers.split(',') as PeerName[],
  repetitions: Number(values.reps),
  records: Number(process.env['N'] ?? 1_000_000),
})
console.log(table(results, 'millrace'))
