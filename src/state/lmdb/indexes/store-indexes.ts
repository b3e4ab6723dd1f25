/**
 * The indexes of one key-value store. A commit writes the entries of the rows that it changes in the batch that has the rows, so that both
 * are of one moment after a crash. An index is built from the rows that LMDB has, step by step, while commits keep up what was built; the
 * entries of a dropped one are deleted in the same way. Rows that are not written yet have no entries: a reader of an index looks at all of them.
 */
import type { EntryRange, IndexDeclaration, StoredRow, StoreIndex, StoreKey } from '../../store.ts'
import type { CachedRows } from '../cached-rows.ts'
import { type DurableIndexes, prefixEnd, type StoreSpace } from '../durable-store.ts'
import type { IndexRecord } from '../index-record.ts'
import { after } from '../lmdb-environment.ts'
import { deleteFirst } from '../pending-batch.ts'
import { RowKeys } from '../row-keys.ts'
import { storeKeys } from '../state-ids.ts'
import { WriteBatch } from '../write-batch.ts'
import { IndexEntries } from './index-entries.ts'

/** Rows that are indexed, or entries that are deleted, in one transaction: some milliseconds. */
const STEP_ROWS = 512

const NO_ENTRIES: readonly string[] = []

/** An index at work. */
interface OpenIndex {
  readonly id: number
  readonly entries: IndexEntries
  declaration: IndexDeclaration
  /** Where building continues; null: every row has its entry. */
  builtTo: Buffer | null
}

export interface StoreIndexesOptions {
  readonly space: StoreSpace
  readonly rows: CachedRows
  /** Indexes of the last checkpoint. */
  readonly found: readonly IndexRecord[]
  readonly newId: () => number
}

export class StoreIndexes implements DurableIndexes {
  readonly #options: StoreIndexesOptions
  /** Those that were declared last. */
  #open: OpenIndex[] = []
  /** Indexes whose entries are to be deleted. */
  #dropped: IndexRecord[] = []
  /** Indexes of the last checkpoint that were not declared yet. */
  #found: readonly IndexRecord[]

  constructor(options: StoreIndexesOptions) {
    this.#options = options
    this.#found = options.found
  }

  declare(declarations: readonly IndexDeclaration[]): void {
    const reusable = [...this.#found, ...this.records().filter(({ id }) => !this.#found.some((one) => one.id === id))]
    this.#found = []
    const isSame = (record: IndexRecord, { name, definition }: IndexDeclaration) =>
      record.state !== 'dropped' && record.name === name && record.definition === definition
    const open = declarations.map((declaration) => {
      const record = reusable.find((one) => isSame(one, declaration))
      const known = this.#open.find(({ id }) => id === record?.id)
      if (known !== undefined) return Object.assign(known, { declaration })
      return this.#openIndex(declaration, record)
    })
    this.#dropped = reusable
      .filter(({ id }) => !open.some((index) => index.id === id))
      .map((record) => ({ ...record, state: 'dropped' }))
    this.#open = open
    this.#options.rows.onStage = open.length === 0 ? null : (...change) => this.#keepUp(...change)
  }

  restart(): void {
    const declarations = this.#open.map(({ declaration }) => declaration)
    this.#dropped = this.records().map((record) => ({ ...record, state: 'dropped' }))
    this.#open = declarations.map((declaration) => this.#openIndex(declaration, undefined))
  }

  find(name: string): StoreIndex | undefined {
    const index = this.#open.find(({ declaration }) => declaration.name === name)
    return index?.builtTo === null ? { rows: (ranges) => this.#rows(index, ranges) } : undefined
  }

  records(): readonly IndexRecord[] {
    const open = this.#open.map(
      ({ id, declaration: { name, definition }, builtTo }): IndexRecord => ({
        id,
        name,
        definition,
        state: builtTo === null ? 'ready' : 'building',
      }),
    )
    const undeclared = this.#found.map((record): IndexRecord => ({ ...record, state: 'dropped' }))
    return [...open, ...this.#dropped, ...undeclared]
  }

  progress(): ReadonlyMap<string, boolean> {
    return new Map(this.#open.map(({ declaration, builtTo }) => [declaration.name, builtTo === null]))
  }

  get hasWork(): boolean {
    return this.#dropped.length > 0 || this.#open.some(({ builtTo }) => builtTo !== null)
  }

  async step(): Promise<void> {
    const building = this.#open.find(({ builtTo }) => builtTo !== null)
    await (building === undefined ? this.#deleteSome(this.#dropped[0]!) : this.#build(building))
  }

  #openIndex(declaration: IndexDeclaration, record: IndexRecord | undefined): OpenIndex {
    const { space, newId } = this.#options
    const id = record?.id ?? newId()
    const builtTo = record?.state === 'ready' ? null : space.prefix
    return { id, entries: new IndexEntries(space.environment, id), declaration, builtTo }
  }

  #keepUp(key: StoreKey, before: StoredRow | undefined, now: StoredRow | undefined, batch: WriteBatch): void {
    for (const { declaration, entries } of this.#open) {
      const former = before === undefined ? NO_ENTRIES : declaration.entriesOf(key, before)
      const next = now === undefined ? NO_ENTRIES : declaration.entriesOf(key, now)
      for (const entry of former) if (!next.includes(entry)) entries.delete(entry, batch)
      for (const entry of next) if (!former.includes(entry)) entries.put(entry, batch)
    }
  }

  *#rows({ declaration, entries }: OpenIndex, ranges: readonly EntryRange[]) {
    const { rows } = this.#options
    yield* rows.unwrittenRows()
    const shown = declaration.isListed ? new Set<StoreKey>() : null
    for (const range of ranges) {
      for (const entry of entries.in(range)) {
        const key = declaration.keyOf(entry)
        if (shown?.has(key) === true) continue
        shown?.add(key)
        const stored = rows.writtenRow(key)
        if (stored !== undefined) yield [key, stored] as const
      }
    }
  }

  async #build(index: OpenIndex): Promise<void> {
    const { environment, prefix, rows } = this.#options.space
    const keys = new RowKeys(prefix, null)
    const stored = environment.chunk(index.builtTo!, prefixEnd(prefix), STEP_ROWS)
    const batch = new WriteBatch()
    for (const raw of stored) {
      for (const entry of index.declaration.entriesOf(keys.read(raw), rows.read(raw.value)))
        index.entries.put(entry, batch)
    }
    if (batch.size > 0) await environment.write(batch)
    index.builtTo = stored.length < STEP_ROWS ? null : after(stored.at(-1)!.key)
  }

  async #deleteSome(dropped: IndexRecord): Promise<void> {
    const { environment } = this.#options.space
    const isMore = await deleteFirst(environment, storeKeys(dropped.id), STEP_ROWS)
    if (!isMore) this.#dropped = this.#dropped.filter(({ id }) => id !== dropped.id)
  }
}
