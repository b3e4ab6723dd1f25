/**
 * Kills: three servers of a cluster on a real Kafka, under the load of the sequences. One of them, chosen at random, is killed and started
 * again, many times over: at once, or after a second or so, in which another may be killed. Options: `kills` (30), `exactly-once` (1),
 * `standbys` (0).
 */
import { findKafka } from '../support/kafka.ts'
import type { Fault } from './fault.ts'
import type { StepKind } from './sequences/fault-cluster.ts'
import { runSequence } from './sequences/run-sequence.ts'
import { seeded } from './support/server.ts'

const SERVERS = 3

export const kills: Fault = async ({ seed, number, say }) => {
  const kafka = await findKafka()
  const exactlyOnce = number('exactly-once', 1) === 1
  const standbys = number('standbys', 0)
  const count = number('kills', 30)
  try {
    const { failures, records, repeated, longestGapMs } = await runSequence({
      seed,
      bootstrapServers: kafka.bootstrapServers,
      servers: SERVERS,
      steps: stepsWith(count, seeded(seed)),
      exactlyOnce,
      standbys,
      brokerPid: null,
      say,
    })
    const guarantee = exactlyOnce ? 'exactly_once_v2' : 'at_least_once'
    const measured = { guarantee, standbys, kills: count, kafka: kafka.origin, records, repeated, longestGapMs }
    return { failures, measured }
  } finally {
    await kafka.stop()
  }
}

/** Each kill is a step; at least one server runs after it. */
function stepsWith(count: number, random: () => number): StepKind[] {
  const steps: StepKind[] = []
  let down = 0
  for (let left = count; left > 0; ) {
    const chance = random()
    if (down > 0 && (chance < 0.4 || down === SERVERS - 1)) {
      steps.push('start')
      down--
      continue
    }
    const isBack = chance > 0.7
    steps.push(isBack ? 'crash' : 'kill')
    left--
    if (!isBack) down++
  }
  return steps
}
