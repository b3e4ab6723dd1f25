/** The sink file on a disk that fills up: writes fail halfway, until there is room again. */

import { readdirSync, readFileSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ConnectorWorld } from '../../support/connectors/connector-world.ts'

/** Polls end by themselves, and say what they have found. */
vi.setConfig({ testTimeout: 30_000 })
const WAIT = { timeout: 15_000, interval: 20 }

const disk = vi.hoisted(() => ({ isFull: false }))

vi.mock('node:fs/promises', async (load) => {
  const fs = await load<typeof import('node:fs/promises')>()
  /** A file of the sink, of which a full disk takes half a write. */
  function filling(file: FileHandle): FileHandle {
    const write = file.write.bind(file)
    return Object.assign(file, {
      async write(bytes: Buffer, at: number, length: number, position: number) {
        if (!disk.isFull) return write(bytes, at, length, position)
        await write(bytes, at, length >> 1, position)
        throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
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
  disk.isFull = false
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
const line = ({ id, v }: ReturnType<typeof row>) => `{"ID":${id},"V":"${v}"}`

test('a sink waits while its disk is full, and then has each line once and whole', async () => {
  await world.createSink('f', 'file', {
    directory: 'out',
    'roll.records': '4',
    'roll.interval.ms': '20',
    'retry.backoff.ms': '5',
    'retry.backoff.max.ms': '10',
  })
  await world.insert([row(0), row(1)])
  await expect.poll(lines, WAIT).toHaveLength(2)
  disk.isFull = true
  await world.insert([row(2), row(3), row(4)])
  await expect.poll(async () => (await world.describe('f')).builtIn?.retries, WAIT).toBeGreaterThan(3)
  const { status, builtIn } = await world.describe('f')
  expect(builtIn?.lastError?.message).toContain('ENOSPC')
  expect(status.tasks[0]?.state).toBe('RUNNING')
  expect(lines()).toHaveLength(2)
  disk.isFull = false
  await expect.poll(lines, WAIT).toEqual([0, 1, 2, 3, 4].map((id) => line(row(id))))
  await expect.poll(async () => (await world.describe('f')).builtIn, WAIT).toMatchObject({ records: 5, refused: 0 })
})
