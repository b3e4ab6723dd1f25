/** Where topics, state, logs and builds of benchmarks lie: `BENCH_DIR`, or a folder in the temp directory. */
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const BENCH_DIRECTORY = process.env['BENCH_DIR'] ?? join(tmpdir(), 'millrace-bench')
