/** Command logs that earlier versions have written are read, and mean what they meant. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import type { Effect } from '../../src/engine/commands/catalog.ts'
import { decodeCommand } from '../../src/engine/commands/command.ts'
import { readBackup, restoreCommands } from '../../src/engine/commands/restore-commands.ts'
import { OPERATORS } from '../../src/operators/index.ts'
import { TestEngine, temporaryDirectory } from '../support/engine.ts'
import { type Definitions, definitions, INPUTS, type Rows, tableRows } from './world.ts'

const HERE = import.meta.dirname
/** Topics of the statements; the processing log has one. */
const PARTITIONS = 2
const versions = readdirSync(HERE).flatMap((file) => /^command-log-(.+)\.txt$/.exec(file)?.[1] ?? [])
const contentOf = (version: string) => readBackup(readFileSync(join(HERE, `command-log-${version}.txt`), 'utf8'))
const resultsOf = (version: string) =>
  JSON.parse(readFileSync(join(HERE, `results-${version}.json`), 'utf8')) as { definitions: Definitions; rows: Rows }

const effectsOf = (version: string): readonly Effect[] =>
  contentOf(version).commands.flatMap(({ key, value }) => decodeCommand(Buffer.from(key), Buffer.from(value)).effects)

let directory: ReturnType<typeof temporaryDirectory>
let engine: TestEngine | null = null
beforeEach(() => {
  directory = temporaryDirectory()
})
afterEach(async () => {
  await engine?.close()
  engine = null
  directory.remove()
})

describe.each(versions)('the command log of version %s', { timeout: 60_000 }, (version) => {
  /** A server whose command log is the recorded one, and whose topics are empty. */
  async function replayed(): Promise<TestEngine> {
    const path = join(directory.path, 'log')
    const empty = await TestEngine.open(path)
    const topics = effectsOf(version).flatMap((effect) => (effect.kind === 'putSource' ? [effect.source.topic] : []))
    for (const name of new Set(topics))
      if ((await empty.broker.describeTopic(name)) === null)
        await empty.broker.createTopic({ name, partitions: name.startsWith('default_') ? 1 : PARTITIONS })
    const { commands } = contentOf(version)
    await restoreCommands(commands, { broker: empty.broker, clock: systemClock, serviceId: 'default_', replicas: 1 })
    await empty.close()
    return TestEngine.open(path)
  }

  test('is read whole', () => {
    expect(contentOf(version).incompatible).toEqual([])
  })

  test('defines what it defined', async () => {
    engine = await replayed()
    await engine.settled()
    expect(await definitions(engine)).toEqual(resultsOf(version).definitions)
  })

  test('computes what it computed', async () => {
    engine = await replayed()
    await engine.execute(INPUTS)
    const { rows } = resultsOf(version)
    await expect.poll(() => tableRows(engine!, Object.keys(rows)), { timeout: 30_000 }).toEqual(rows)
  })
})

describe('the recorded command logs together', () => {
  const effects = versions.flatMap((version) => effectsOf(version))

  test('hold every kind of effect but those that end a cluster, switch versions, or need a connector or a secret', () => {
    const kinds = new Set(effects.map(({ kind }) => kind))
    expect([...kinds].sort()).toEqual([
      'pauseQuery',
      'putFunction',
      'putIndex',
      'putSource',
      'putType',
      'removeIndex',
      'removeSource',
      'removeType',
      'resumeQuery',
      'stageVersion',
      'startQuery',
      'stopQuery',
    ])
  })

  test('hold every operator', () => {
    const steps = effects.flatMap((effect) => (effect.kind === 'startQuery' ? effect.plan.steps : []))
    const kinds = new Set<string>(steps.map(({ kind }) => kind))
    expect(Object.keys(OPERATORS).filter((kind) => !kinds.has(kind))).toEqual([])
  })
})
