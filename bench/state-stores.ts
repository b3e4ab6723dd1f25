/**
 * The key-value store alone, as a count per key uses it: `npm run bench -- state-stores`. For each number of keys, in memory and in LMDB under
 * its cache: operations per second (a get and a put of a random key, commits included), peak resident memory, and for LMDB how long it
 * takes to open the state again and read a first row.
 *
 * KEYS: numbers of keys, default 10000,1000000,5000000. CACHE_MB: default 32, as the server's. Each case runs in a process of its own.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock, systemTimer } from '../src/clock.ts'
import { durableStores } from '../src/runtime/stores/durable-stores.ts'
import type { OpenStores, StoreProvider, TaskStores } from '../src/runtime/stores/task-stores.ts'
import { memoryStore } from '../src/state/memory.ts'
import type { KeyValueStore, StoreDeclaration } from '../src/state/store.ts'
import { BIGINT } from '../src/types/sql-type.ts'

const KEYS = (process.env['KEYS'] ?? '10000,1000000,5000000').split(',').map(Number)
const CACHE_BYTES = Number(process.env['CACHE_MB'] ?? 32) * 1024 * 1024
const OPERATIONS = 2_000_000
/** How many operations are between looks whether a commit is due; and how many lie between commits at least. */
const LOOK_EVERY = 4096
const COMMIT_EVERY = 1_000_000
const STORE: StoreDeclaration = { name: 'counts', kind: 'keyValue', types: [BIGINT] }
const MB = 1024 * 1024

function compareAll(): void {
  for (const keys of KEYS) {
    const directory = mkdtempSync(join(tmpdir(), 'millrace-bench-state-'))
    for (const mode of ['memory', 'lmdb', 'reopen']) {
      const args = [import.meta.filename, mode, String(keys), directory]
      process.stdout.write(execFileSync(process.execPath, args, { encoding: 'utf8' }))
    }
    rmSync(directory, { recursive: true })
  }
}

async function runCase(mode: string, keys: number, directory: string): Promise<void> {
  if (mode === 'memory') {
    const store = memoryStore({ ...STORE, kind: 'keyValue' })
    await fillAndCount(`memory, ${keys} keys`, keys, store, null)
    return
  }
  const startedAt = performance.now()
  const provider = open(directory)
  const stores = await provider.open(request())
  const store = stores.store(STORE) as KeyValueStore
  if (mode === 'lmdb') await fillAndCount(`LMDB, ${keys} keys`, keys, store, new Commits(provider, stores))
  else reopened(keys, store, performance.now() - startedAt)
  await stores.close()
  await provider.close()
  if (mode === 'lmdb')
    console.log(`  on disk ${Math.round(statSync(join(directory, 'slot-0', 'data.mdb')).size / MB)} MB`)
}

async function fillAndCount(name: string, keys: number, store: KeyValueStore, commits: Commits | null): Promise<void> {
  const fill = await timed(keys, (i) => count(store, `user_${i}`), commits)
  const update = await timed(OPERATIONS, () => count(store, `user_${Math.floor(Math.random() * keys)}`), commits)
  console.log(`${name}: fill ${fill} k/s, get and put ${update} k/s, ${memory()}`)
}

function reopened(keys: number, store: KeyValueStore, openMs: number): void {
  const startedAt = performance.now()
  const row = store.get(`user_${keys >> 1}`)
  const readMs = performance.now() - startedAt
  if (row === undefined || store.count() !== keys) throw new Error(`${store.count()} of ${keys} keys were found`)
  console.log(`  opened again in ${openMs.toFixed(1)} ms, first row after ${readMs.toFixed(2)} ms more, ${memory()}`)
}

function count(store: KeyValueStore, key: string): void {
  const stored = store.get(key)
  const row = stored === undefined ? [0] : stored.row
  row[0] = (row[0] as number) + 1
  store.put(key, { row, timestamp: 1_700_000_000_000 })
}

/** Thousands of operations per second, commits included. */
async function timed(operations: number, operate: (i: number) => void, commits: Commits | null): Promise<number> {
  const startedAt = performance.now()
  for (let i = 0; i < operations; ) {
    const end = Math.min(operations, i + LOOK_EVERY)
    for (; i < end; i++) operate(i)
    await commits?.look(LOOK_EVERY)
  }
  await commits?.commit()
  return Math.round(operations / (performance.now() - startedAt))
}

class Commits {
  readonly #provider: StoreProvider
  readonly #stores: TaskStores
  #operations = 0

  constructor(provider: StoreProvider, stores: TaskStores) {
    this.#provider = provider
    this.#stores = stores
  }

  async look(operations: number): Promise<void> {
    this.#operations += operations
    if (this.#operations >= COMMIT_EVERY || this.#provider.needsCommit()) await this.commit()
  }

  async commit(): Promise<void> {
    this.#operations = 0
    await this.#stores.checkpoint({ positions: new Map([['t/0', 1]]), streamTime: 0, watermarks: {} }).write()
  }
}

const open = (directory: string): StoreProvider =>
  durableStores({
    directory,
    cacheBytes: CACHE_BYTES,
    changelogs: null,
    clock: systemClock,
    timer: systemTimer,
    onWarning: (message) => console.error(message),
  })

const request = (): OpenStores => ({
  queryId: 'bench',
  taskId: '0_0',
  partition: 0,
  slot: 0,
  isTransient: false,
  stores: [STORE],
  applicationId: 'bench',
  changelog: () => {},
  committed: new Map(),
  isNew: true,
  signal: new AbortController().signal,
})

/** From Linux' own counts. */
function memory(): string {
  const status = readFileSync('/proc/self/status', 'latin1')
  const mb = (field: string) => Math.round(Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) / 1024)
  return `resident ${mb('VmRSS')} MB, at most ${mb('VmHWM')} MB, of it files ${mb('RssFile')} MB now`
}

const [mode, keysText, directory] = process.argv.slice(2)
if (mode === undefined) compareAll()
else await runCase(mode, Number(keysText), directory!)
