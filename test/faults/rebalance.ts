/**
 * Rebalance: three servers of a cluster on a real Kafka, under the load of the sequences. One is killed, one is frozen for longer than its
 * session, the killed one is started, one is stopped in good order and started. Options: `exactly-once` (1), `standbys` (0), `rounds` (1).
 * Pull queries on keys continue throughout; the longest time without an answer is bound: 10 s without standbys, 2 s with one. As one
 * standby makes up for one server that fails, the next step then waits until each partition has its copy again.
 */
import { findKafka } from '../support/kafka.ts'
import type { Fault } from './fault.ts'
import type { StepKind } from './sequences/fault-cluster.ts'
import { runSequence } from './sequences/run-sequence.ts'

const ROUND: readonly StepKind[] = ['kill', 'freeze', 'start', 'stop', 'start']
const LONGEST_GAP_MS = { without: 10_000, with: 2_000 }

export const rebalance: Fault = async ({ seed, number, say }) => {
  const kafka = await findKafka()
  const standbys = number('standbys', 0)
  const exactlyOnce = number('exactly-once', 1) === 1
  try {
    const { failures, longestGapMs, records, repeated, steps } = await runSequence({
      seed,
      bootstrapServers: kafka.bootstrapServers,
      servers: 3,
      steps: Array.from({ length: number('rounds', 1) }, () => ROUND).flat(),
      exactlyOnce,
      standbys,
      awaitsCopies: standbys > 0,
      brokerPid: null,
      say,
    })
    const bound = standbys > 0 ? LONGEST_GAP_MS.with : LONGEST_GAP_MS.without
    const gap = longestGapMs <= bound ? [] : [`pull queries had no answer for ${longestGapMs} ms`]
    const guarantee = exactlyOnce ? 'exactly_once_v2' : 'at_least_once'
    const measured = {
      guarantee,
      standbys,
      kafka: kafka.origin,
      records,
      repeated,
      longestGapMs,
      steps: steps.join(', '),
    }
    return { failures: [...failures, ...gap], measured }
  } finally {
    await kafka.stop()
  }
}
