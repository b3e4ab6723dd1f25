import { expect, it } from 'vitest'
import { BrokerError } from '../../../../src/broker/broker-error.ts'
import { ManualClock, ManualTimer } from '../../../../src/clock.ts'
import { EMPTY_CATALOG } from '../../../../src/engine/commands/catalog.ts'
import { createConfig } from '../../../../src/engine/config/config.ts'
import { ProcessingLog, type ProcessingLogParts } from '../../../../src/engine/observe/processing-log.ts'
import type { ProcessingError } from '../../../../src/runtime/processing-error.ts'

const ERROR: ProcessingError = {
  type: 'processing',
  step: 'Project',
  message: 'division by zero',
  causes: [],
  position: null,
  target: null,
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

/** A started log, whose topic can be taken away. */
async function openLog({ canCreate = true } = {}) {
  const timer = new ManualTimer()
  const written: string[] = []
  const warnings: string[] = []
  const state = { isReachable: true }
  const unavailable = () => new BrokerError('UNAVAILABLE', 'Nobody is there.', { retriable: true })
  const parts = {
    broker: {
      describeTopic: async () => null,
      createTopic: async () => {
        if (!canCreate) throw new BrokerError('AUTHORIZATION_FAILED', 'No right to create topics.')
      },
    },
    runtime: { onProcessingError: () => {} },
    clock: new ManualClock(),
    timer,
    config: createConfig({ 'ksql.logging.processing.stream.auto.create': 'false' }),
    rows: {
      async send(_topic: string, { value }: { value: Buffer }) {
        if (!state.isReachable) throw unavailable()
        written.push((JSON.parse(value.toString()) as Entry).message.recordProcessingError.errorMessage)
      },
    },
    catalog: () => EMPTY_CATALOG,
  } as unknown as ProcessingLogParts
  const log = new ProcessingLog(parts, (message) => warnings.push(message))
  await log.start(async () => {})
  const report = async (count: number) => {
    for (let i = 0; i < count; i++) log.report('Q', ERROR)
    timer.advance(200)
    await settled()
  }
  return { report, written, warnings, state }
}

interface Entry {
  readonly message: { readonly recordProcessingError: { readonly errorMessage: string } }
}

it('warns once of a topic that cannot be written, and counts what was lost when it can be again', async () => {
  const { report, written, warnings, state } = await openLog()
  state.isReachable = false
  await report(2)
  await report(3)
  expect(written).toEqual([])
  expect(warnings).toEqual(['The processing log cannot be written, and entries are dropped: Nobody is there.'])
  state.isReachable = true
  await report(1)
  expect(written).toEqual(['division by zero', expect.stringMatching(/^5 more errors could not be logged: /)])
  await report(1)
  expect(written).toHaveLength(3)
})

it('says that it is off where its topic cannot be created', async () => {
  const { report, written, warnings } = await openLog({ canCreate: false })
  await report(1)
  expect(written).toEqual([])
  expect(warnings).toEqual([
    'The processing log is off, as its topic or stream could not be created: No right to create topics.',
  ])
})
