/**
 * A stream-stream join whose buffers grow beyond the memory for state: `npm run bench -- join-growth [--records 1000000] [--cache 16] [--spread] [--limit 120]`.
 *
 * One task's two buffers under one cache (MiB), as a join WITHIN 1 HOUR of bids and auctions uses them: of 50 records three are auctions and 47 are bids with rows of about
 * 280 bytes, on auctions of the last hundred; with --spread on any auction so far. Each record is added to its side, and looks the other side up. Prints records per
 * second and CPU per record for each tenth of the run, commits included, and memory; ends after --limit seconds.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock, systemTimer } from '../src/clock.ts'
import { durableStores } from '../src/runtime/stores/durable-stores.ts'
import type { JoinBuffer, StoreDeclaration } from '../src/state/store.ts'
import { seededRandom } from '../src/testing/seeded-random.ts'
import { BIGINT, STRING } from '../src/types/sql-type.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const LOOK_EVERY = 1024
const IN_FLIGHT = 100
/** As the workers commit while records come: every two seconds. */
const COMMIT_EVERY = 50_000
const EXTRA = 'x'.repeat(200)

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '1000000' },
    cache: { type: 'string', default: '16' },
    spread: { type: 'boolean', default: false },
    limit: { type: 'string', default: '120' },
  },
})
const records = Number(values.records)

const declaration = (name: string): StoreDeclaration => ({
  name,
  kind: 'joinBuffer',
  types: [BIGINT, BIGINT, BIGINT, STRING, STRING],
  fetchMs: 2 * HOUR_MS,
  retentionMs: 2 * HOUR_MS + DAY_MS,
})

const directory = mkdtempSync(join(tmpdir(), 'millrace-bench-join-'))
const provider = durableStores({
  directory,
  cacheBytes: Number(values.cache) * 1024 * 1024,
  changelogs: null,
  clock: systemClock,
  timer: systemTimer,
  onWarning: (message) => console.error(message),
})
const stores = await provider.open({
  queryId: 'bench',
  taskId: '0_0',
  partition: 0,
  slot: 0,
  isTransient: false,
  stores: [declaration('bids'), declaration('auctions')],
  applicationId: 'bench',
  changelog: () => {},
  committed: new Map(),
  isNew: true,
  signal: new AbortController().signal,
})
const bids = stores.store(declaration('bids')) as JoinBuffer
const auctions = stores.store(declaration('auctions')) as JoinBuffer
const random = seededRandom(1)
let [sold, found, sinceCommit] = [0, 0, 0]

function takeRecord(i: number): void {
  const timestamp = 1_700_000_000_000 + i
  const fetch = (buffer: JoinBuffer, key: string): void => {
    for (const _row of buffer.fetch(key, timestamp - HOUR_MS, timestamp + HOUR_MS)) found++
  }
  if (i % 50 < 3) {
    const key = `auction ${sold++}`
    auctions.add(key, { row: [sold, i, i, key, EXTRA], timestamp })
    fetch(bids, key)
    return
  }
  const back = Math.floor(random() * (values.spread ? sold : Math.min(sold, IN_FLIGHT)))
  const key = `auction ${sold - 1 - back}`
  bids.add(key, { row: [sold, i, i, key, EXTRA], timestamp })
  fetch(auctions, key)
}

async function commitIfDue(): Promise<void> {
  if (sinceCommit < COMMIT_EVERY && !provider.needsCommit()) return
  sinceCommit = 0
  await stores.checkpoint({ positions: new Map([['t/0', 1]]), streamTime: 0, watermarks: {} }).write()
}

const seconds = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1e6
const startedAt = performance.now()
const tenth = records / 10
let [cpu, wall] = [process.cpuUsage(), startedAt]
for (let i = 0; i < records && performance.now() - startedAt < Number(values.limit) * 1000; ) {
  for (const end = Math.min(records, i + LOOK_EVERY); i < end; i++, sinceCommit++) takeRecord(i)
  await commitIfDue()
  if (Math.floor(i / tenth) === Math.floor((i - LOOK_EVERY) / tenth) && i < records) continue
  const used = seconds(process.cpuUsage(cpu))
  const rate = Math.round(tenth / ((performance.now() - wall) / 1000))
  const memory = Math.round(process.memoryUsage().rss / 1024 / 1024)
  console.log(
    `${Math.round((100 * i) / records)} %: ${rate} records/s, ${((used / tenth) * 1e6).toFixed(1)} µs of CPU a record, ${memory} MB`,
  )
  cpu = process.cpuUsage()
  wall = performance.now()
}
console.log(`${found} pairs`)
await stores.close()
await provider.close()
rmSync(directory, { recursive: true })
