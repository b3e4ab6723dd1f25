/** How far queries are: of a server that runs, and of its log while none does. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Broker } from '../../../src/broker/broker.ts'
import type { FaultOptions } from '../fault.ts'
import { FaultServer, withLog } from '../support/server.ts'

const POLL_MS = 200
/** Long enough for queries to tell how far they are behind, and for a commit, which tasks downstream wait for. */
const QUIET_MS = 5_000
/** Without progress for this long the run has failed. */
const STALL_MS = 60_000

/** Lets the server process what is left: until all of it is committed. `leftOf`: how many records are not. */
export async function finish(
  dataDir: string,
  leftOf: (broker: Broker) => Promise<number>,
  say: FaultOptions['say'],
): Promise<void> {
  for (let left = await withLog(dataDir, leftOf); ; ) {
    const server = await FaultServer.start(dataDir)
    await untilQuiet(server, left > 0)
    await server.stop()
    const now = await withLog(dataDir, leftOf)
    say(`${now} records left to commit`)
    if (now === 0) return
    if (now === left) throw new Error(`${now} records are not processed:\n${server.output}`)
    left = now
  }
}

/** Resolves when no query has moved for a while and none is behind. `mustRead`: there is something to read, which queries may begin with late. */
async function untilQuiet(server: FaultServer, mustRead: boolean): Promise<void> {
  let mark = ''
  let changedAt = performance.now()
  while (performance.now() - changedAt < STALL_MS) {
    await delay(POLL_MS)
    const metrics = await server.metrics([
      'millrace_query_records_consumed_total',
      'millrace_query_records_produced_total',
      'millrace_query_lag_records',
    ])
    const now = JSON.stringify([...metrics.values()].map((values) => [...values.values()]))
    const hasRead =
      !mustRead || [...metrics.get('millrace_query_records_consumed_total')!.values()].some((count) => count > 0)
    const isBehind = [...metrics.get('millrace_query_lag_records')!.values()].some((lag) => lag > 0)
    if (now !== mark) {
      mark = now
      changedAt = performance.now()
    } else if (hasRead && !isBehind && performance.now() - changedAt > QUIET_MS) return
  }
  throw new Error(`The queries stand still while they are behind:\n${server.output}`)
}
