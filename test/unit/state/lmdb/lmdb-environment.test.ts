import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFile,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MessageChannel } from 'node:worker_threads'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { LmdbEnvironment } from '../../../../src/state/lmdb/lmdb-environment.ts'
import { nextTurn, PART_CHANGES, recoverPending, writeLarge } from '../../../../src/state/lmdb/pending-batch.ts'
import { StateDamagedError } from '../../../../src/state/lmdb/state-damaged-error.ts'
import { MIN_PART_CHANGES, WriteBatch } from '../../../../src/state/lmdb/write-batch.ts'

let parent: string
let directory: string
let environment: LmdbEnvironment
const moved: string[] = []

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'millrace-lmdb-'))
  directory = join(parent, 'slot')
  moved.length = 0
  open()
})
afterEach(async () => {
  await environment.close()
  rmSync(parent, { recursive: true, force: true })
})

const open = () => {
  environment = LmdbEnvironment.open(directory, (to) => moved.push(to))
}
const key = (i: number): Buffer => Buffer.from(`k${String(i).padStart(6, '0')}`)
const ALL = [Buffer.from('k'), Buffer.from('l')] as const

function batchOf(count: number, value = 'v'): WriteBatch {
  const batch = new WriteBatch()
  for (let i = 0; i < count; i++) batch.put(key(i), Buffer.from(value + i))
  return batch
}

test('a batch is there after it was closed and opened again', async () => {
  await environment.write(batchOf(1000))
  await environment.close()
  open()
  expect(environment.get(key(7))?.toString('latin1', 0, 2)).toBe('v7')
  expect([...environment.range(...ALL)]).toHaveLength(1000)
  expect(environment.last(...ALL)?.key).toEqual(key(999))
  expect(moved).toEqual([])
})

test('a batch deletes ranges before what is put into them afterwards', async () => {
  await environment.write(batchOf(10))
  const batch = new WriteBatch()
  batch.deleteRange(key(2), key(8))
  batch.put(key(5), Buffer.from('new'))
  batch.delete(key(9))
  await environment.write(batch)
  expect([...environment.range(...ALL)].map(({ key: own }) => own)).toEqual([0, 1, 5, 8].map(key))
})

test('mapping the file anew changes nothing that is read', async () => {
  await environment.write(batchOf(1000))
  environment.remap()
  expect(environment.has(key(999))).toBe(true)
  await environment.write(batchOf(1001))
  expect(environment.countKeys(...ALL)).toBe(1001)
})

test.each([
  ['is no LMDB file', (file: string) => writeFileSync(file, 'garbage '.repeat(4000))],
  ['was cut to a few pages', (file: string) => truncateSync(file, 12_288)],
])('a file that %s is moved aside, and an empty one takes its place', async (_, damage) => {
  await environment.write(batchOf(20_000))
  await environment.close()
  unseal()
  damage(dataFile())
  open()
  expect(environment.countKeys(...ALL)).toBe(0)
  expect(moved).toEqual([`${directory}.corrupt-1`])
  expect(readdirSync(parent).toSorted()).toEqual(['slot', 'slot.corrupt-1'])
})

const dataFile = () => join(directory, 'data.mdb')
const unseal = () => rmSync(join(directory, 'data.seal'))

/** Flips a bit at the end of each byte sequence `text` in the file: pages that were given up have it, too. */
function flip(text: string): void {
  const bytes = readFileSync(dataFile())
  expect(bytes.indexOf(text)).toBeGreaterThan(0)
  for (let at = bytes.indexOf(text); at !== -1; at = bytes.indexOf(text, at + 1)) bytes[at + text.length - 1]! ^= 0x04
  writeFileSync(dataFile(), bytes)
}

test.each([
  ['has one flipped bit', () => flip('v7')],
  ['is missing', () => rmSync(dataFile())],
])('a file that %s since it was closed is moved aside', async (_, damage) => {
  await environment.write(batchOf(20))
  await environment.close()
  damage()
  open()
  expect(environment.countKeys(...ALL)).toBe(0)
  expect(moved).toEqual([`${directory}.corrupt-1`])
})

test('a damaged seal counts for nothing', async () => {
  await environment.write(batchOf(20))
  await environment.close()
  writeFileSync(join(directory, 'data.seal'), '123 abc')
  open()
  expect(environment.countKeys(...ALL)).toBe(20)
  expect(moved).toEqual([])
})

const FLIPPED = [
  ['value', 'v7'],
  ['key', 'k000007'],
] as const

test.each(FLIPPED)('a flipped bit in a %s is found when it is read', async (_, text) => {
  await environment.write(batchOf(20))
  flip(text)
  expect(() => environment.chunk(...ALL)).toThrow(StateDamagedError)
  expect(environment.isDamaged).toBe(true)
  expect(await environment.discard()).toBe(`${directory}.corrupt-1`)
  expect(readdirSync(`${directory}.corrupt-1`)).not.toContain('data.seal')
})

test.each(FLIPPED)('without a seal, as after a crash, a flipped bit in a %s is found at the start', async (_, text) => {
  await environment.write(batchOf(20))
  await environment.close()
  unseal()
  flip(text)
  open()
  expect(moved).toEqual([`${directory}.corrupt-1`])
})

/** Batches that leave branches, large values, free pages and a tree of them. */
async function writeMuch(): Promise<void> {
  for (let round = 0; round < 4; round++) {
    const batch = batchOf(5_000, `round ${round} of `)
    batch.put(Buffer.from(`k-large-${round}`), Buffer.alloc(50_000 * (round + 1), round))
    if (round > 1) batch.delete(Buffer.from(`k-large-${round - 2}`))
    batch.deleteRange(key(1_000 * round), key(1_000 * round + 500))
    await environment.write(batch)
  }
}

test('what a crash has left is whole', async () => {
  for (let round = 0; round < 5; round++) {
    await writeMuch()
    const copy = join(parent, `copy-${round}`)
    cpSync(directory, copy, { recursive: true })
    const left = LmdbEnvironment.open(copy, (to, cause) => moved.push(`${to} ${cause.message}`))
    expect(left.countKeys(...ALL)).toBe(environment.countKeys(...ALL))
    await left.close()
  }
  expect(moved).toEqual([])
})

test('whichever page of what a crash has left is damaged, it is found at the start, or nothing that is read is other than it was', async () => {
  await writeMuch()
  await environment.close()
  unseal()
  const rowsOf = (of: LmdbEnvironment) => [...of.range(...ALL)].map(({ key: own, value }) => `${own} ${value}`)
  const bytes = readFileSync(dataFile())
  const copy = join(parent, 'copy')
  let found = 0
  const whole = LmdbEnvironment.open(directory, (to) => moved.push(to))
  const before = rowsOf(whole)
  await whole.close()
  unseal()
  for (let at = 40; at < bytes.length; at += 4096 * 7 + 520) {
    mkdirSync(copy)
    const damaged = Buffer.from(bytes)
    damaged.fill(0xa5, at, at + 16)
    writeFileSync(join(copy, 'data.mdb'), damaged)
    const of = LmdbEnvironment.open(copy, () => found++)
    if (of.countKeys(...ALL) > 0) expect(rowsOf(of)).toEqual(before)
    await of.close()
    for (const name of readdirSync(parent)) if (name.startsWith('copy')) rmSync(join(parent, name), { recursive: true })
  }
  expect(found).toBeGreaterThan(0)
})

test('values of all sizes come back as they were', async () => {
  const batch = new WriteBatch()
  const sizes = [0, 1, 100, 5_000, 70_000, 1_000_000]
  const keyOf = (size: number) => Buffer.from(`k${String(size).padStart(7, '0')}`)
  for (const size of sizes) batch.put(keyOf(size), Buffer.alloc(size, size % 251))
  await environment.write(batch)
  for (const size of sizes) {
    const value = environment.get(keyOf(size))!
    expect([value.length, Buffer.from(value.subarray(0, value.length)).equals(Buffer.alloc(size, size % 251))]).toEqual(
      [size, true],
    )
  }
  expect(environment.chunk(...ALL).map(({ value }) => value.length)).toEqual(sizes)
})

test('a file that ends before pages that were given up is whole', async () => {
  const batch = batchOf(20_000)
  batch.put(Buffer.from('large'), Buffer.alloc(1_000_000))
  batch.delete(Buffer.from('large'))
  await environment.write(batch)
  await environment.close()
  open()
  expect(environment.countKeys(...ALL)).toBe(20_000)
  expect(moved).toEqual([])
})

test('a large batch is carried out in parts, and what a crash left undone with the next start', async () => {
  await environment.write(batchOf(3 * PART_CHANGES, 'old'))
  const batch = batchOf(3 * PART_CHANGES, 'new')
  batch.deleteRange(key(10), key(20))
  await expect(writeLarge(failingAfter(2), 'q\n0_0', new WriteBatch(), batch)).rejects.toThrow('crash')
  expect(valueAt(0)).toBe('new0')
  expect(valueAt(3 * PART_CHANGES - 1)).toBe(`old${3 * PART_CHANGES - 1}`)
  await environment.close()
  open()
  await recoverPending(environment, 'q\n0_0')
  expect(valueAt(3 * PART_CHANGES - 1)).toBe(`new${3 * PART_CHANGES - 1}`)
  expect(environment.countKeys(...ALL)).toBe(3 * PART_CHANGES - 10)
  await environment.write(batchOf(1, 'newer'))
  await recoverPending(environment, 'q\n0_0')
  expect(valueAt(0)).toBe('newer0')
})

test('while others wait, a large batch is written in more transactions, with the same result', async () => {
  environment.isAwaited = () => true
  let writes = 0
  const counted = new Proxy(environment, {
    get(target, name) {
      if (name === 'write') writes++
      const value = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  await writeLarge(counted, 'q\n0_0', new WriteBatch(), batchOf(2 * PART_CHANGES))
  expect(writes).toBe(1 + (2 * PART_CHANGES) / MIN_PART_CHANGES)
  expect([environment.countKeys(...ALL), valueAt(0), valueAt(2 * PART_CHANGES - 1)]).toEqual([
    2 * PART_CHANGES,
    'v0',
    `v${2 * PART_CHANGES - 1}`,
  ])
})

test('a turn is over once a message that has arrived was taken, also where the event loop takes events', async () => {
  const { port1, port2 } = new MessageChannel()
  const order: string[] = []
  port1.on('message', () => order.push('message'))
  await new Promise<void>((resolve) => {
    readFile(import.meta.filename, () => {
      port2.postMessage(null)
      void nextTurn().then(() => {
        order.push('turn')
        resolve()
      })
    })
  })
  port1.close()
  expect(order).toEqual(['message', 'turn'])
})

const valueAt = (i: number): string => environment.get(key(i))!.toString()

/** The environment, for so many writes. */
function failingAfter(writes: number): LmdbEnvironment {
  let left = writes
  return new Proxy(environment, {
    get(target, name) {
      if (name === 'write')
        return (batch: WriteBatch) => (left-- > 0 ? target.write(batch) : Promise.reject(new Error('crash')))
      const value = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
