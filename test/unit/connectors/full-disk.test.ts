/** Connectors on disks that are full until there is room again: that of the sink file, where writes fail halfway, and that of the server. */

import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { storageError } from '../../../src/broker/embedded/segments/storage-error.ts'
import { ConnectorWorld } from '../../support/connectors/connector-world.ts'
import { FakeServer } from '../../support/connectors/fake-server.ts'

/** Polls end by themselves, and say what they have found. */
vi.setConfig({ testTimeout: 30_000 })
const WAIT = { timeout: 15_000, interval: 20 }

const disk = vi.hoisted(() => ({ isFull: false, cannotSync: false }))

vi.mock('node:fs/promises', async (load) => {
  const fs = await load<typeof import('node:fs/promises')>()
  /** A file of the sink, of which a full disk takes half a write. */
  function filling(file: FileHandle): FileHandle {
    const [write, sync] = [file.write.bind(file), file.sync.bind(file)]
    const noSpace = (call: string) =>
      Object.assign(new Error(`ENOSPC: no space left on device, ${call}`), { code: 'ENOSPC' })
    return Object.assign(file, {
      async sync() {
        if (disk.cannotSync) throw noSpace('fsync')
        return sync()
      },
      async write(bytes: Buffer, at: number, length: number, position: number) {
        if (!disk.isFull) return write(bytes, at, length, position)
        await write(bytes, at, length >> 1, position)
        throw noSpace('write')
      },
    })
  }
  const open: typeof fs.open = async (path, flags, mode) => {
    const file = await fs.open(path, flags, mode)
    return String(path).includes('out/.') ? filling(file) : file
  }
  return { ...fs, open }
})

let world: ConnectorWorld

beforeEach(async () => {
  Object.assign(disk, { isFull: false, cannotSync: false })
  world = await ConnectorWorld.open()
  await world.createStream()
})

afterEach(() => world.close())

const names = () =>
  readdirSync(join(world.files, 'out'))
    .filter((name) => name.endsWith('.json'))
    .sort()
const lines = () =>
  names().flatMap((name) =>
    readFileSync(join(world.files, 'out', name), 'utf8')
      .trimEnd()
      .split('\n'),
  )
const row = (id: number) => ({ id, v: 'x'.repeat(100 + id) })
const FAST = { 'retry.backoff.ms': '5', 'retry.backoff.max.ms': '10' }
const line = ({ id, v }: ReturnType<typeof row>) => `{"ID":${id},"V":"${v}"}`

test('a sink waits while its disk is full, and then has each line once and whole', async () => {
  await world.createSink('f', 'file', {
    directory: 'out',
    'roll.records': '4',
    'roll.interval.ms': '20',
    ...FAST,
  })
  await world.insert([row(0), row(1)])
  await expect.poll(lines, WAIT).toHaveLength(2)
  disk.isFull = true
  await world.insert([row(2), row(3), row(4)])
  await expect.poll(async () => (await world.describe('f')).builtIn?.retries, WAIT).toBeGreaterThan(3)
  const { status, builtIn } = await world.describe('f')
  expect(builtIn?.lastError?.message).toContain(`No space is left on the disk of ${join(world.files, 'out')}`)
  expect(status.tasks[0]?.state).toBe('RUNNING')
  expect(lines()).toHaveLength(2)
  disk.isFull = false
  await expect.poll(lines, WAIT).toEqual([0, 1, 2, 3, 4].map((id) => line(row(id))))
  await expect.poll(async () => (await world.describe('f')).builtIn, WAIT).toMatchObject({ records: 5, refused: 0 })
})

test('a sink whose file cannot be completed keeps it until there is room', async () => {
  disk.cannotSync = true
  await world.createSink('f', 'file', { directory: 'out', 'roll.records': '4', ...FAST })
  await world.insert(Array.from({ length: 10 }, (_, i) => row(i)))
  await expect.poll(async () => (await world.describe('f')).builtIn?.retries, WAIT).toBeGreaterThan(3)
  expect((await world.describe('f')).status.tasks[0]?.state).toBe('RUNNING')
  disk.cannotSync = false
  await expect.poll(async () => (await world.describe('f')).builtIn?.records, WAIT).toBe(10)
  await world.restart()
  await expect.poll(lines, WAIT).toEqual(Array.from({ length: 10 }, (_, i) => line(row(i))))
})

/** What the log answers while its disk is full, to whoever appends to a topic or commits. */
function fillServersDisk(topic: string): void {
  const { broker } = world.engine
  const refused = storageError('append', Object.assign(new Error('write'), { code: 'ENOSPC', path: '/data/log' }))
  const producer = broker.producer.bind(broker)
  vi.spyOn(broker, 'producer').mockImplementation((options) => {
    const made = producer(options)
    const send = made.send.bind(made)
    made.send = async (to, partition, batch) => {
      if (disk.isFull && to === topic) throw refused
      return send(to, partition, batch)
    }
    return made
  })
  const commit = broker.commitOffsets.bind(broker)
  vi.spyOn(broker, 'commitOffsets').mockImplementation(async (group, offsets) => {
    if (disk.isFull) throw refused
    return commit(group, offsets)
  })
}

test('a source waits while the disk of the server is full, and then has each line once', async () => {
  fillServersDisk('lines')
  const input = join(world.files, 'in.log')
  mkdirSync(world.files, { recursive: true })
  writeFileSync(input, 'a\nb\n')
  await world.run(
    `CREATE SOURCE i WITH (connector='file', topic='lines', path='in.log', "scan.interval.ms"='5', partitions=1);`,
  )
  const values = async () => (await world.read('lines')).map(({ value }) => value)
  await expect.poll(values, WAIT).toEqual(['a', 'b'])
  disk.isFull = true
  appendFileSync(input, 'c\n')
  await expect
    .poll(async () => (await world.describe('i')).status.tasks[0]?.trace, WAIT)
    .toContain('No space is left on the disk of /data/log')
  disk.isFull = false
  appendFileSync(input, 'd\n')
  await expect.poll(values, WAIT).toEqual(['a', 'b', 'c', 'd'])
})

test('a sink whose position cannot be committed writes on, and nothing twice', async () => {
  fillServersDisk('none')
  const lines: string[] = []
  const target = new FakeServer(({ body }) => {
    lines.push(body)
    return { status: 204 }
  })
  await target.start()
  try {
    await world.createSink('w', 'http', { url: target.url, ...FAST })
    await world.insert([row(0)])
    await expect.poll(() => lines, WAIT).toHaveLength(1)
    disk.isFull = true
    await world.insert([row(1)])
    await expect.poll(async () => (await world.describe('w')).builtIn?.retries, WAIT).toBeGreaterThan(0)
    await world.insert([row(2)])
    disk.isFull = false
    await expect.poll(async () => (await world.describe('w')).builtIn?.lag, WAIT).toBe(0)
    await world.restart()
    await world.insert([row(3)])
    await expect.poll(() => lines, WAIT).toEqual([0, 1, 2, 3].map((id) => line(row(id))))
  } finally {
    await target.stop()
  }
})
