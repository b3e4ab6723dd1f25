import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CacheBudget } from '../../src/state/lmdb/cache-budget.ts'
import { LmdbEnvironment, type OpenEnvironment, type StateEnvironment } from '../../src/state/lmdb/lmdb-environment.ts'
import { StateCatalog } from '../../src/state/lmdb/state-catalog.ts'
import { TaskState } from '../../src/state/lmdb/task-state.ts'
import { memoryStore } from '../../src/state/memory.ts'
import type { StateStore, StoreDeclaration } from '../../src/state/store.ts'
import { MemoryDisk } from '../support/simulation/memory-environment.ts'
import { type StoreHarness, storeContract } from './store.contract.ts'

storeContract('stores in memory', async (declaration) => ({
  store: memoryStore(declaration) as StateStore,
  commit: async () => {},
  abandon: () => {},
  restart: null,
  stop: async () => {},
}))

const MARK = { positions: { 't/0': 1 }, streamTime: 0, watermarks: {}, changelogOffsets: new Map() }

/** A store of a task in an environment of its own. */
class EnvironmentHarness implements StoreHarness {
  readonly #directory = mkdtempSync(join(tmpdir(), 'millrace-state-'))
  readonly #declaration: StoreDeclaration
  readonly #cacheBytes: number
  readonly #openEnvironment: OpenEnvironment
  #environment!: StateEnvironment
  #state!: TaskState

  constructor(
    declaration: StoreDeclaration,
    cacheBytes: number,
    openEnvironment: OpenEnvironment = LmdbEnvironment.open,
  ) {
    this.#declaration = declaration
    this.#cacheBytes = cacheBytes
    this.#openEnvironment = openEnvironment
    this.#open()
  }

  get store(): StateStore {
    return this.#state.store(this.#declaration.name)!
  }

  readonly commit = (): Promise<void> => this.#state.checkpoint(MARK).write()

  abandon(): void {
    this.#state.checkpoint(MARK).abandon()
  }

  readonly restart = async (): Promise<void> => {
    await this.#close()
    this.#open()
  }

  async stop(): Promise<void> {
    await this.#close()
    rmSync(this.#directory, { recursive: true, force: true })
  }

  #open(): void {
    const environment = this.#openEnvironment(this.#directory, (_, cause) => {
      throw cause
    })
    const catalog = new StateCatalog(environment)
    this.#environment = environment
    this.#state = new TaskState({
      queryId: 'Q',
      taskId: '0_0',
      environment,
      catalog,
      budget: new CacheBudget(this.#cacheBytes),
      stores: [this.#declaration],
      record: catalog.task('Q', '0_0') ?? null,
      changelog: null,
    })
  }

  async #close(): Promise<void> {
    this.#state.close()
    await this.#environment.close()
  }
}

storeContract(
  'stores in LMDB with room for everything',
  async (declaration) => new EnvironmentHarness(declaration, 1e9),
)
storeContract(
  'stores in LMDB with room for a few entries',
  async (declaration) => new EnvironmentHarness(declaration, 1000),
)
storeContract('stores in LMDB with room for none', async (declaration) => new EnvironmentHarness(declaration, 0))
storeContract(
  'stores in the environment of simulations',
  async (declaration) => new EnvironmentHarness(declaration, 1000, new MemoryDisk().open),
)
