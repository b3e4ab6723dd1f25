/** Stores as plain lists of entries, for store.contract.ts. */
import { expect } from 'vitest'
import type {
  JoinBuffer,
  KeyValueStore,
  RowScreen,
  SessionStore,
  StateStore,
  StoredRow,
  StoreKey,
  WindowStore,
} from '../../src/state/store.ts'
import { ByteBuffer } from '../../src/types/byte-buffer.ts'
import { type ByteRange, rowCodec } from '../../src/types/row-codec.ts'
import { array, BIGINT, INTEGER, STRING } from '../../src/types/sql-type.ts'
import type { Row } from '../../src/types/value.ts'
import type { Random } from '../support/seeds.ts'

/** Types of the columns of the rows. */
export const TYPES = [STRING, BIGINT, array(INTEGER)]

export interface Model {
  /** Does something at random to the store and to the model. */
  operate(store: StateStore, random: Random, keys: readonly StoreKey[], row: RandomRow): void
  /** Everything that can be read, and something at random. */
  compare(store: StateStore, random: Random, keys: readonly StoreKey[]): void
  commit(): void
  /** Back to the last commit. */
  restart(): void
}

type RandomRow = (random: Random, timestamp: number) => StoredRow

const byKey = (a: StoreKey, b: StoreKey): number => (a < b ? -1 : a > b ? 1 : 0)

export function modelOf(kind: StateStore['kind']): Model {
  switch (kind) {
    case 'keyValue':
      return new KeyValueModel()
    case 'window':
      return new WindowModel()
    case 'session':
      return new SessionModel()
    case 'joinBuffer':
      return new JoinModel()
  }
}

abstract class ListModel<Entry, Store extends StateStore> implements Model {
  protected entries: Entry[] = []
  #committed: Entry[] = []

  operate(store: StateStore, random: Random, keys: readonly StoreKey[], row: RandomRow): void {
    this.change(store as Store, random, random.pick(keys), row)
  }

  compare(store: StateStore, random: Random, keys: readonly StoreKey[]): void {
    this.read(store as Store, random, random.pick(keys), random.pick(keys))
  }

  commit(): void {
    this.#committed = [...this.entries]
  }

  restart(): void {
    this.entries = [...this.#committed]
  }

  protected abstract change(store: Store, random: Random, key: StoreKey, row: RandomRow): void
  protected abstract read(store: Store, random: Random, key: StoreKey, other: StoreKey): void
}

interface Keyed {
  readonly key: StoreKey
  readonly value: StoredRow
}

class KeyValueModel extends ListModel<Keyed, KeyValueStore> {
  protected change(store: KeyValueStore, random: Random, key: StoreKey, row: RandomRow): void {
    if (random.chance(0.5)) expect(store.get(key)).toEqual(this.entries.find((entry) => entry.key === key)?.value)
    this.entries = this.entries.filter((entry) => entry.key !== key)
    if (random.chance(0.3)) store.delete(key)
    else {
      const value = row(random, random.integer(-5, 5))
      store.put(key, value)
      this.entries.push({ key, value })
    }
  }

  protected read(store: KeyValueStore, random: Random, from: StoreKey, to: StoreKey): void {
    const sorted = this.entries.toSorted((a, b) => byKey(a.key, b.key))
    const list = (entries: readonly Keyed[]) => entries.map(({ key, value }) => [key, value])
    expect([...store.entries({})]).toEqual(list(sorted))
    expect(new Map(store.entries())).toEqual(new Map(sorted.map(({ key, value }) => [key, value])))
    expect(store.count()).toBe(sorted.length)
    const fromInclusive = random.chance(0.5)
    const inRange = sorted.filter(({ key }) => (fromInclusive ? key >= from : key > from) && key <= to)
    expect([...store.entries({ from, fromInclusive, to })]).toEqual(list(inRange))
    expect(store.get(from)).toEqual(this.entries.find((entry) => entry.key === from)?.value)
  }
}

class WindowModel extends ListModel<Keyed & { readonly start: number }, WindowStore> {
  #floor = 0

  protected change(store: WindowStore, random: Random, key: StoreKey, row: RandomRow): void {
    if (random.chance(0.1)) {
      this.#floor += random.integer(-5, 25)
      const floor = this.#floor
      store.expire(floor)
      this.entries = this.entries.filter(({ start }) => start >= floor)
      return
    }
    const start = this.#floor + random.integer(-10, 50)
    const isEntry = (entry: { key: StoreKey; start: number }) => entry.key === key && entry.start === start
    if (random.chance(0.5)) expect(store.get(key, start)).toEqual(this.entries.find(isEntry)?.value)
    this.entries = this.entries.filter((entry) => !isEntry(entry))
    if (random.chance(0.2)) store.delete(key, start)
    else {
      const value = row(random, start)
      store.put(key, start, value)
      this.entries.push({ key, start, value })
    }
  }

  protected read(store: WindowStore, random: Random, key: StoreKey): void {
    const sorted = this.entries.toSorted((a, b) => a.start - b.start || byKey(a.key, b.key))
    const from = this.#floor + random.integer(-10, 30)
    const to = from + random.integer(0, 30)
    expect(store.count()).toBe(sorted.length)
    expect([...store.fetchAll(-1e15, 1e15)]).toEqual(sorted.map((entry) => [entry.key, entry.start, entry.value]))
    const inRange = sorted.filter(({ start }) => start >= from && start <= to)
    expect([...store.fetchAll(from, to)]).toEqual(inRange.map((entry) => [entry.key, entry.start, entry.value]))
    const ofKey = inRange.filter((entry) => entry.key === key)
    expect([...store.fetch(key, from, to)]).toEqual(ofKey.map(({ start, value }) => [start, value]))
  }
}

class SessionModel extends ListModel<Keyed & { readonly start: number; readonly end: number }, SessionStore> {
  #floor = 0

  protected change(store: SessionStore, random: Random, key: StoreKey, row: RandomRow): void {
    if (random.chance(0.1)) {
      this.#floor += random.integer(-5, 15)
      const floor = this.#floor
      store.expire(floor)
      this.entries = this.entries.filter(({ end }) => end >= floor)
      return
    }
    const known = this.entries.filter((entry) => entry.key === key)
    if (known.length > 0 && random.chance(0.4)) {
      const gone = random.pick(known)
      store.remove(key, gone.start, gone.end)
      this.entries = this.entries.filter((entry) => entry !== gone)
      return
    }
    const start = this.#floor + random.integer(-10, 20)
    const end = start + random.integer(0, 3)
    const value = row(random, end)
    store.put(key, start, end, value)
    this.entries = this.entries.filter((entry) => entry.key !== key || entry.start !== start || entry.end !== end)
    this.entries.push({ key, start, end, value })
  }

  protected read(store: SessionStore, random: Random, key: StoreKey): void {
    const session = ({ start, end, value }: (typeof this.entries)[number]) => ({ start, end, value })
    const from = this.#floor + random.integer(-10, 20)
    const to = from + random.integer(0, 10)
    expect(store.count()).toBe(this.entries.length)
    const found = this.entries.filter((entry) => entry.key === key && entry.end >= from && entry.start <= to)
    found.sort((a, b) => a.start - b.start || a.end - b.end)
    expect(store.find(key, from, to)).toEqual(found.map(session))
    const ended = this.entries.filter(({ end }) => end >= from && end <= to)
    ended.sort((a, b) => a.end - b.end || a.start - b.start || byKey(a.key, b.key))
    expect([...store.findEnded(from, to)]).toEqual(ended.map((entry) => [entry.key, session(entry)]))
    const texts = (all: Iterable<unknown>) => [...all].map((entry) => JSON.stringify(entry)).sort()
    expect(texts(store.all())).toEqual(texts(this.entries.map((entry) => [entry.key, session(entry)])))
  }
}

class JoinModel extends ListModel<Keyed, JoinBuffer> {
  #floor = Number.NEGATIVE_INFINITY
  #committedFloor = Number.NEGATIVE_INFINITY
  #time = 0

  override commit(): void {
    super.commit()
    this.#committedFloor = this.#floor
  }

  override restart(): void {
    super.restart()
    this.#floor = this.#committedFloor
  }

  protected change(store: JoinBuffer, random: Random, key: StoreKey, row: RandomRow): void {
    if (random.chance(0.2)) {
      this.#time += random.integer(0, 20)
      const floor = this.#time - 40
      store.expire(floor)
      this.#floor = Math.max(this.#floor, floor)
      return
    }
    const value = row(random, this.#time + random.integer(-50, 5))
    if (store.packed !== null && isText(key) && random.chance(0.5))
      store.packed.add(packedText(key), packed(value.row), value.timestamp)
    else store.add(key, value)
    if (value.timestamp >= this.#floor) this.entries.push({ key, value })
  }

  protected read(store: JoinBuffer, random: Random, key: StoreKey): void {
    const from = random.chance(0.2) ? Number.NEGATIVE_INFINITY : this.#time + random.integer(-60, 10)
    const to = this.#time + random.integer(-50, 60)
    const found = this.entries.filter(
      ({ key: own, value: { timestamp } }) =>
        own === key && timestamp >= Math.max(from, this.#floor) && timestamp <= to,
    )
    // Sorting keeps the order of arrival where times are equal.
    found.sort((a, b) => a.value.timestamp - b.value.timestamp)
    expect([...store.fetch(key, from, to)]).toEqual(found.map(({ value }) => value))
    if (store.packed !== null && isText(key))
      expect([...store.packed.fetch(packedText(key), from, to)]).toEqual(found.map(({ value }) => value))
    const accepts: RowScreen['accepts'] = (row) => (row[1] as number | null) !== null && Number(row[1]) % 2 === 0
    expect([...store.fetch(key, from, to, { columns: [1], accepts })]).toEqual(
      found.map(({ value }) => value).filter(({ row }) => accepts(row)),
    )
    expect(store.count()).toBeGreaterThanOrEqual(this.entries.filter((e) => e.value.timestamp >= this.#floor).length)
  }
}

/** The row somewhere in a buffer, as records of internal topics have it. */
function packed(row: Row): ByteRange {
  const sink = new ByteBuffer()
  sink.writeByte(0xff)
  rowCodec(TYPES).write(row, sink)
  return { buffer: sink.buffer, start: 1, end: sink.position }
}

/** Half a surrogate pair has no UTF-8. */
const isText = (key: StoreKey): key is string => typeof key === 'string' && key.isWellFormed()

function packedText(text: string): ByteRange {
  const buffer = Buffer.from(`<${text}>`)
  return { buffer, start: 1, end: buffer.length - 1 }
}
