/**
 * Restart: a table of many keys is built, the server is stopped and started again, and must answer pull queries at once, from the state that
 * it has on disk. A start without state, measured beside it, shows how much of the time is that of any start. Options: `keys` (200,000),
 * `seconds` (3) until the first answer, `mb` (600) resident, `kill` (0; 1: by kill -9).
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { Fault, FaultOptions } from './fault.ts'
import { FaultServer, withDataDir, withLog } from './support/server.ts'
import { writeRecords } from './support/topics.ts'

const PARTITIONS = 2
const POLL_MS = 200
const STALL_MS = 60_000
const EPOCH_MS = 1_700_000_000_000
const STATEMENTS = `
  CREATE STREAM visits (k STRING KEY, v BIGINT) WITH (kafka_topic='visits', key_format='KAFKA', value_format='JSON', partitions=${PARTITIONS});
  CREATE TABLE visitors AS SELECT k, COUNT(*) AS n, SUM(v) AS total FROM visits GROUP BY k EMIT CHANGES;`

export const restart: Fault = ({ number, say }) =>
  withDataDir(async (dataDir) => {
    const keys = number('keys', 200_000)
    const first = await FaultServer.start(dataDir)
    await first.execute(STATEMENTS, { 'auto.offset.reset': 'earliest' })
    await first.stop()
    await withLog(dataDir, (broker) => writeRecords(broker, 'visits', PARTITIONS, visits(keys)))
    say(`${keys} keys are on the topic`)
    const filling = await FaultServer.start(dataDir)
    const { peakMb: filledMb, peakOwnMb: filledOwnMb } = await fill(filling, keys, say)
    // What was committed is on disk, whatever ends the process.
    if (number('kill', 0) === 1) await delay(5_000).then(() => filling.kill())
    else await filling.stop()
    const empty = await withDataDir(async (emptyDir) => {
      const { server, ...start } = await timedStart(emptyDir)
      await server.stop()
      return start
    })
    const { server: again, startedAt, ...start } = await timedStart(dataDir)
    const wrong = await firstAnswer(again, keys)
    const answerMs = Math.round(performance.now() - startedAt)
    const answerCpuMs = Math.round(again.cpuSeconds() * 1_000)
    await delay(2_000)
    const read = [...(await again.metric('millrace_topic_records_fetched_total')).values()].reduce(
      (sum, one) => sum + one,
      0,
    )
    const restartedMb = Math.round(again.residentMb())
    await again.stop()
    const peakMb = Math.max(filledMb, restartedMb)
    const failures = [
      ...wrong,
      ...(answerMs > number('seconds', 3) * 1_000 ? [`the first answers took ${answerMs} ms`] : []),
      ...(peakMb > number('mb', 600) ? [`${peakMb} MB were resident`] : []),
      ...(read > keys / 10 ? [`${read} records were read again after the restart`] : []),
    ]
    const times = {
      emptyReadyMs: empty.readyMs,
      emptyReadyCpuMs: empty.readyCpuMs,
      readyMs: start.readyMs,
      readyCpuMs: start.readyCpuMs,
      answerMs,
      answerCpuMs,
    }
    return { failures, measured: { keys, ...times, filledMb, filledOwnMb, restartedMb, readAfterRestart: read } }
  })

/** Starts a server and measures the time until it answers GET /info, by the clock and by the CPU time of the process. */
async function timedStart(dataDir: string) {
  const startedAt = performance.now()
  const server = await FaultServer.start(dataDir)
  const readyMs = Math.round(performance.now() - startedAt)
  return { server, startedAt, readyMs, readyCpuMs: Math.round(server.cpuSeconds() * 1_000) }
}

function* visits(keys: number) {
  for (let i = 0; i < keys; i++) {
    yield { key: `visitor-${i}`, timestamp: EPOCH_MS + i, value: JSON.stringify({ v: i % 1_000 }) }
  }
}

/** The most memory that was resident, and the most without pages of files, MB. */
async function fill(
  server: FaultServer,
  keys: number,
  say: FaultOptions['say'],
): Promise<{ peakMb: number; peakOwnMb: number }> {
  let peakMb = 0
  let peakOwnMb = 0
  let before = -1
  let changedAt = performance.now()
  for (;;) {
    const metrics = await server.metrics(['millrace_query_records_consumed_total', 'millrace_query_lag_records'])
    const [consumed = 0] = metrics.get('millrace_query_records_consumed_total')!.values()
    peakMb = Math.max(peakMb, Math.round(server.residentMb()))
    peakOwnMb = Math.max(peakOwnMb, Math.round(server.anonymousMb()))
    if (consumed >= keys) break
    if (consumed !== before) changedAt = performance.now()
    before = consumed
    if (performance.now() - changedAt > STALL_MS) throw new Error(`Stuck at ${consumed} of ${keys}:\n${server.output}`)
    await delay(POLL_MS)
  }
  say(`the table is built, ${peakMb} MB at most`)
  return { peakMb, peakOwnMb }
}

/** Asks for some keys until each has its row. What does not fit, in words. */
async function firstAnswer(server: FaultServer, keys: number): Promise<string[]> {
  const deadline = performance.now() + STALL_MS
  const wrong: string[] = []
  for (const i of [0, Math.floor(keys / 2), keys - 1]) {
    let rows: unknown[][] = []
    while (rows.length === 0 && performance.now() < deadline) {
      rows = await server.pull(`SELECT n, total FROM visitors WHERE k = 'visitor-${i}';`).catch(() => [])
      if (rows.length === 0) await delay(10)
    }
    const text = JSON.stringify(rows)
    if (text !== JSON.stringify([[1, i % 1_000]])) wrong.push(`visitor-${i} has ${text}`)
  }
  return wrong
}
