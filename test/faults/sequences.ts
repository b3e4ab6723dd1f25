/**
 * Sequences: servers of a cluster on a real Kafka are killed, frozen, stopped and started in random order, and the broker is frozen, while
 * records flow through a filter, a re-keyed stream, joins with a stream and a table, and plain, re-keyed and windowed counts. Options:
 * `sequences` (3), `servers` (2), `steps` (4), `exactly-once` (1), `standbys` (0). Each sequence has its own cluster of servers and its own
 * seed, which is printed.
 */
import { findKafka } from '../support/kafka.ts'
import type { Fault } from './fault.ts'
import { runSequence } from './sequences/run-sequence.ts'

export const sequences: Fault = async ({ seed, number, say }) => {
  const kafka = await findKafka()
  const count = number('sequences', 3)
  const options = {
    bootstrapServers: kafka.bootstrapServers,
    servers: number('servers', 2),
    steps: number('steps', 4),
    exactlyOnce: number('exactly-once', 1) === 1,
    standbys: number('standbys', 0),
    brokerPid: kafka.pid,
    say,
  }
  const failures: string[] = []
  let records = 0
  let repeated = 0
  let longestGapMs = 0
  try {
    for (let i = 0; i < count; i++) {
      const result = await runSequence({ ...options, seed: seed + i })
      records += result.records
      repeated += result.repeated
      longestGapMs = Math.max(longestGapMs, result.longestGapMs)
      failures.push(...result.failures.map((failure) => `seed ${seed + i} (${result.steps.join(', ')}): ${failure}`))
      say(`sequence ${i + 1} of ${count}: ${result.failures.length === 0 ? 'as expected' : result.failures.join('; ')}`)
    }
  } finally {
    await kafka.stop()
  }
  const guarantee = options.exactlyOnce ? 'exactly_once_v2' : 'at_least_once'
  return { failures, measured: { guarantee, sequences: count, kafka: kafka.origin, records, repeated, longestGapMs } }
}
