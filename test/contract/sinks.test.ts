/** What every sink does, whatever its target: one suite over all of them. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { CONNECTORS } from '../../src/connectors/index.ts'
import { ConnectorWorld } from '../support/connectors/connector-world.ts'
import type { FakeAnswer } from '../support/connectors/fake-server.ts'
import { type SinkTarget, TARGETS, WITHOUT_TARGET } from '../support/connectors/targets.ts'

/** Polls end by themselves, and say what they have found. */
vi.setConfig({ testTimeout: 30_000 })

const WAIT = { timeout: 15_000, interval: 20 }
const FAST = { 'retry.backoff.ms': '10', 'retry.backoff.max.ms': '50' }
const rows = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => ({ id: from + i, v: `v${from + i}` }))
const ids = async (target: SinkTarget) => (await target.documents()).map(({ ID }) => ID)
const upTo = (end: number) => Array.from({ length: end }, (_, i) => i)

test('every sink has a target here, or a reason why it has none', () => {
  const sinks = CONNECTORS.filter(({ kind }) => kind === 'SINK').map(({ name }) => name)
  expect([...Object.keys(TARGETS), ...Object.keys(WITHOUT_TARGET)].sort()).toEqual(sinks.toSorted())
})

describe.each(Object.keys(TARGETS))('sink %s', (connector) => {
  const { told, refuses, secret = 'secret', addsAgain = false } = TARGETS[connector]!({ files: '' })
  const answers = told !== undefined
  let world: ConnectorWorld
  let target: SinkTarget

  beforeEach(async () => {
    world = await ConnectorWorld.open({ SECRET: secret })
    target = TARGETS[connector]!({ files: world.files })
    await target.start()
    await world.createStream()
  })

  afterEach(async () => {
    await world.close()
    await target.stop()
  })

  const create = (options: Readonly<Record<string, string>> = {}) =>
    world.createSink('f', connector, { ...target.options(), ...FAST, ...options })

  test('writes all records in their order, in batches', async () => {
    await world.insert(rows(0, 25))
    await create({ 'batch.size': '4' })
    await expect.poll(() => ids(target), WAIT).toEqual(upTo(25))
    await expect
      .poll(async () => (await world.describe('f')).builtIn, WAIT)
      .toMatchObject({ records: 25, lag: 0, refused: 0 })
  })

  test('continues after a restart where it was', async () => {
    await world.insert(rows(0, 5))
    await create()
    await expect.poll(() => ids(target), WAIT).toEqual(upTo(5))
    await world.restart()
    await world.insert(rows(5, 10))
    await expect.poll(() => ids(target), WAIT).toEqual(upTo(10))
  })

  test('begins with the next record if it is to', async () => {
    await world.insert(rows(0, 3))
    await create({ 'auto.offset.reset': 'latest' })
    await expect.poll(async () => (await world.describe('f')).builtIn?.lag, WAIT).toBe(0)
    await world.insert(rows(3, 5))
    await expect.poll(() => ids(target), WAIT).toEqual([3, 4])
  })

  test('writes nothing while it is paused', async () => {
    await create()
    await world.run('PAUSE CONNECTOR f;')
    await world.insert(rows(0, 3))
    expect((await world.describe('f')).status.connector.state).toBe('PAUSED')
    await world.run('RESUME CONNECTOR f;')
    await expect.poll(() => ids(target), WAIT).toEqual([0, 1, 2])
  })

  test('ends when it is dropped, and another of the name begins at the start', async () => {
    await world.insert(rows(0, 2))
    await create()
    await expect.poll(() => ids(target), WAIT).toEqual([0, 1])
    await world.run('DROP CONNECTOR f;')
    await world.insert(rows(2, 3))
    await create()
    await expect.poll(() => ids(target), WAIT).toEqual(addsAgain ? [0, 1, 0, 1, 2] : [0, 1, 2])
  })

  test('passes a record over that cannot be read, and writes it to the topic for dead letters', async () => {
    await world.insert(rows(0, 1))
    await world.produce('s', [{ key: null, value: '{"V":' }])
    await world.insert(rows(1, 2))
    await create({ 'errors.tolerance': 'all', 'errors.deadletterqueue.topic.name': 'dead' })
    await expect.poll(() => ids(target), WAIT).toEqual([0, 1])
    expect(await world.read('dead')).toMatchObject([
      { value: '{"V":', headers: { '__connect.errors.offset': '1', '__connect.errors.stage': 'VALUE_CONVERTER' } },
    ])
  })

  test('stops before a record that cannot be read unless it tolerates errors', async () => {
    await world.insert(rows(0, 1))
    await world.produce('s', [{ key: null, value: '{"V":' }])
    await world.insert(rows(1, 2))
    await create({ 'batch.size': '1' })
    await expect
      .poll(async () => (await world.describe('f')).status.tasks[0], WAIT)
      .toMatchObject({ state: 'FAILED', trace: expect.stringContaining('offset 1 of s-0') })
    expect((await ids(target)).filter((id) => id > 0)).toEqual([])
  })

  if (answers)
    describe('whose target answers', () => {
      test('waits for a target that is away, and loses nothing', async () => {
        await target.stop()
        await world.insert(rows(0, 10))
        await create()
        await expect.poll(async () => (await world.describe('f')).builtIn?.retries, WAIT).toBeGreaterThan(1)
        expect((await world.describe('f')).builtIn?.lastError?.message).toContain('cannot be reached')
        await target.start()
        await expect.poll(() => ids(target), WAIT).toEqual(upTo(10))
      })

      test('waits for a target that goes away while records flow', async () => {
        await world.insert(rows(0, 5))
        await create()
        await expect.poll(() => ids(target), WAIT).toEqual(upTo(5))
        await target.stop()
        await world.insert(rows(5, 25))
        await expect.poll(async () => (await world.describe('f')).builtIn?.retries, WAIT).toBeGreaterThan(2)
        expect((await world.describe('f')).status.tasks[0]?.state).toBe('RUNNING')
        await target.start()
        await expect.poll(() => ids(target), WAIT).toEqual(upTo(25))
      })

      test('tries again when the target is busy, fails for a moment, has a full disk, or hangs up', async () => {
        await world.insert(rows(0, 10))
        target.told!.push(target.busy!, { status: 503 }, { status: 507 }, 'hang up')
        await create()
        await expect.poll(() => ids(target), WAIT).toEqual(upTo(10))
        expect((await world.describe('f')).builtIn?.retries).toBeGreaterThanOrEqual(4)
      })

      test('fails when its credentials are not accepted, and continues when they are', async () => {
        await world.insert(rows(0, 2))
        target.told!.push({ status: 403, body: 'wrong token' })
        await create()
        await expect.poll(() => ids(target), WAIT).toEqual([0, 1])
        expect(world.warnings.join()).toContain('does not accept the credentials: it answers 403: wrong token')
      })

      test('can be dropped while it sends', async () => {
        await world.insert(rows(0, 2))
        await create()
        await expect.poll(() => ids(target), WAIT).toEqual([0, 1])
        const { promise: busy, resolve: answer } = Promise.withResolvers<FakeAnswer>()
        target.told!.push(busy)
        await world.insert(rows(2, 4))
        await expect.poll(() => target.told, WAIT).toEqual([])
        const dropped = world.run('DROP CONNECTOR f;')
        answer(target.busy!)
        await dropped
        target.told!.push(target.busy!)
        await world.insert(rows(4, 6))
        await expect(world.describe('f')).rejects.toThrow()
        // Nothing has come to be answered.
        expect(target.told).toHaveLength(1)
      })

      test('can be dropped while it waits for its target', async () => {
        await target.stop()
        await world.insert(rows(0, 2))
        await create({ 'retry.backoff.ms': '60000', 'retry.backoff.max.ms': '60000' })
        await expect.poll(async () => (await world.describe('f')).builtIn?.retries, WAIT).toBe(1)
        await world.run('DROP CONNECTOR f;')
        await expect(world.describe('f')).rejects.toThrow()
      })
    })

  if (refuses)
    describe('whose target refuses documents', () => {
      const withBad = [...rows(0, 2), { id: 2, v: 'bad' }, ...rows(3, 5)]

      test('writes the others, and the refused one to the topic for dead letters', async () => {
        await world.insert(withBad)
        await create({ 'errors.tolerance': 'all', 'errors.deadletterqueue.topic.name': 'dead' })
        await expect.poll(() => ids(target), WAIT).toEqual([0, 1, 3, 4])
        await expect
          .poll(async () => (await world.describe('f')).builtIn, WAIT)
          .toMatchObject({ records: 4, refused: 1, lag: 0 })
        const [letter] = await world.read('dead')
        expect(letter).toMatchObject({
          value: '{"V":"bad"}',
          headers: {
            '__connect.errors.topic': 's',
            '__connect.errors.partition': '0',
            '__connect.errors.offset': '2',
            '__connect.errors.connector.name': 'F',
            '__connect.errors.stage': 'TASK_PUT',
          },
        })
      })

      test('stops before it unless it tolerates errors', async () => {
        await world.insert(withBad)
        await create({ 'batch.size': '1' })
        await expect
          .poll(async () => (await world.describe('f')).status.tasks[0], WAIT)
          .toMatchObject({ state: 'FAILED', trace: expect.stringContaining('offset 2 of s-0') })
        expect(await ids(target)).toEqual([0, 1])
      })
    })
})
