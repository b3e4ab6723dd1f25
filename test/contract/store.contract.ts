/**
 * What every implementation of the stores must do: random operations against naive models, with commits, commits that are dropped, and
 * restarts that lose what was not committed.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { StateStore, StoreDeclaration, StoredRow, StoreKey } from '../../src/state/store.ts'
import type { Row } from '../../src/types/value.ts'
import { forEachSeedAsync, type Random } from '../support/seeds.ts'
import { type Model, modelOf, TYPES } from './store-models.ts'

export interface StoreHarness {
  readonly store: StateStore
  /** What is there is kept over restarts from now on. */
  commit(): Promise<void>
  /** A commit is begun and dropped: nothing is lost. */
  abandon(): void
  /** The process dies and starts again. Null: the store does not outlive it. */
  readonly restart: (() => Promise<void>) | null
  stop(): Promise<void>
}

export type OpenHarness = (declaration: StoreDeclaration) => Promise<StoreHarness>

const RETENTION_MS = 64
const TEXT_KEYS = ['', 'a', 'b', 'aa', 'a\u0000', 'a\u0000b', 'é', '\u{1f600}', '\ue000', '\ud800', 'zz']
const NUMBER_KEYS = [0, 1, -1, 2.5, -2.5, 1e12, -1e12, 256, 65536, 5e-324]
const OPERATIONS = 150

export function storeContract(name: string, open: OpenHarness): void {
  describe(name, () => {
    let harness: StoreHarness
    const openStore = async (declaration: Partial<StoreDeclaration> & Pick<StoreDeclaration, 'kind'>) => {
      harness = await open({ name: 'S', types: TYPES, ...declaration })
      return harness
    }
    beforeEach(() => {
      harness = undefined as unknown as StoreHarness
    })
    afterEach(async () => {
      await harness?.stop()
    })

    for (const kind of ['keyValue', 'window', 'session', 'joinBuffer'] as const) {
      for (const keys of [TEXT_KEYS, NUMBER_KEYS]) {
        it(`${kind} with ${typeof keys[0]} keys is as its model, over random operations and restarts`, async () => {
          await forEachSeedAsync(async (random) => {
            const opened = await openStore({ kind, retentionMs: RETENTION_MS })
            await compareWithModel(opened, modelOf(kind), random, keys)
            await opened.stop()
          })
        })
      }
    }

    it('keeps the order of keys in ranges that are longer than a read of the disk', async () => {
      const { store, commit } = await openStore({ kind: 'keyValue' })
      if (store.kind !== 'keyValue') return
      for (let i = 0; i < 1000; i += 2) store.put(i, row([`${i}`, i, null]))
      await commit()
      for (let i = 1; i < 1000; i += 2) store.put(i, row([`${i}`, i, null]))
      for (let i = 0; i < 1000; i += 10) store.delete(i)
      const expected = Array.from({ length: 1000 }, (_, i) => i).filter((i) => i % 10 !== 0)
      expect([...store.entries({})].map(([key]) => key)).toEqual(expected)
      expect([...store.entries({ from: 255, to: 515, toInclusive: false })].map(([key]) => key)).toEqual(
        expected.filter((key) => key >= 255 && key < 515),
      )
      expect(store.count()).toBe(900)
    })

    it('tells keys apart that are longer than any key of the disk', async () => {
      const { store, commit, restart } = await openStore({ kind: 'keyValue' })
      if (store.kind !== 'keyValue') return
      const long = 'x'.repeat(5000)
      for (const end of ['1', '2', '3']) store.put(long + end, row([end, null, null]))
      await commit()
      await restart?.()
      const again = harness.store
      if (again.kind !== 'keyValue') return
      for (const end of ['1', '2', '3']) expect(again.get(long + end)?.row[0]).toBe(end)
      expect(new Set([...again.entries({})].map(([key]) => key))).toEqual(
        new Set(['1', '2', '3'].map((end) => long + end)),
      )
      expect([...again.entries({ from: `${long}2`, to: `${long}2` })].map(([key]) => key)).toEqual([`${long}2`])
    })

    it('keeps lists of rows', async () => {
      const { store, commit, restart } = await openStore({ kind: 'window', isList: true })
      if (store.kind !== 'window') return
      const rows = [
        ['a', 1, [1]],
        [null, null, null],
      ]
      store.put('k', 5, { row: rows as Row, timestamp: 5 })
      await commit()
      await restart?.()
      const again = harness.store
      expect(again.kind === 'window' && again.get('k', 5)).toEqual({ row: rows, timestamp: 5 })
    })
  })
}

async function compareWithModel(
  opened: StoreHarness,
  model: Model,
  random: Random,
  keys: readonly StoreKey[],
): Promise<void> {
  const harness = opened
  for (let i = 0; i < OPERATIONS; i++) {
    const dice = random.next()
    if (dice < 0.08) {
      await harness.commit()
      model.commit()
    } else if (dice < 0.1) harness.abandon()
    else if (dice < 0.12 && harness.restart !== null) {
      await harness.restart()
      model.restart()
    } else model.operate(harness.store, random, keys, randomRow)
    if (random.chance(0.15)) model.compare(harness.store, random, keys)
  }
  await harness.commit()
  model.commit()
  await harness.restart?.()
  model.compare(harness.store, random, keys)
}

const row = (values: Row, timestamp = 0): StoredRow => ({ row: values, timestamp })

function randomRow(random: Random, timestamp: number): StoredRow {
  const text = random.chance(0.1) ? null : 'v'.repeat(random.integer(0, 40))
  const number = random.chance(0.1) ? null : random.integer(-1e9, 1e9) * 1e6
  const list = random.chance(0.3) ? null : [random.integer(0, 9), null]
  return row([text, number, list], timestamp)
}
