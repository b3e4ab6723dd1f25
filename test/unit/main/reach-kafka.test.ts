import { expect, it } from 'vitest'
import { BrokerError } from '../../../src/broker/broker-error.ts'
import { ManualTimer } from '../../../src/clock.ts'
import { reachKafka } from '../../../src/main/reach-kafka.ts'

const settled = () => new Promise((resolve) => setImmediate(resolve))

const refused = () =>
  new BrokerError('UNAVAILABLE', 'Connecting to k:9092 failed: ...', {
    retriable: true,
    cause: Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
  })

/** A wait for a cluster whose attempts have the given outcomes, the last of them again and again. */
function waiting(outcomes: readonly (() => Promise<void>)[]) {
  const timer = new ManualTimer()
  const stop = new AbortController()
  const warnings: string[] = []
  let attempts = 0
  const reached = reachKafka({
    servers: 'k:9092',
    connect: () => outcomes[Math.min(attempts++, outcomes.length - 1)]!(),
    timer,
    signal: stop.signal,
    warn: (message) => warnings.push(message),
  })
  reached.catch(() => {})
  return { timer, stop, warnings, reached, attempts: () => attempts }
}

it('says what it waits for at each attempt, and tries again after pauses that grow', async () => {
  const { timer, warnings, reached, attempts } = waiting([
    () => Promise.reject(refused()),
    () => Promise.reject(refused()),
    async () => {},
  ])
  await settled()
  timer.advance(999)
  await settled()
  expect(attempts()).toBe(1)
  timer.advance(1)
  await settled()
  timer.advance(1999)
  await settled()
  expect(attempts()).toBe(2)
  timer.advance(1)
  await reached
  expect(warnings).toEqual([
    'Connecting to Kafka at k:9092 (attempt 1: connection refused).',
    'Connecting to Kafka at k:9092 (attempt 2: connection refused).',
  ])
})

it('names a cause that has no code by its message', async () => {
  const cause = new Error('A response of 5 bytes: not a Kafka broker.')
  const { warnings } = waiting([
    () => Promise.reject(new BrokerError('UNAVAILABLE', '...', { retriable: true, cause })),
  ])
  await settled()
  expect(warnings).toEqual(['Connecting to Kafka at k:9092 (attempt 1: A response of 5 bytes: not a Kafka broker).'])
})

it('does not try again what will not pass', async () => {
  const { reached, warnings } = waiting([
    () => Promise.reject(new BrokerError('AUTHORIZATION_FAILED', 'Wrong password.')),
  ])
  await expect(reached).rejects.toThrow('Wrong password.')
  expect(warnings).toEqual([])
})

it.each([
  ['an attempt', () => new Promise<void>(() => {})],
  ['a pause', () => Promise.reject(refused())],
])('ends at once when it is stopped during %s', async (_during, connect) => {
  const { reached, stop } = waiting([connect])
  await settled()
  stop.abort()
  await expect(reached).rejects.toThrow('Kafka at k:9092 was not reached before the server was stopped.')
})
