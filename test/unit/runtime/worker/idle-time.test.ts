import { expect, test } from 'vitest'
import { ManualTimer } from '../../../../src/clock.ts'
import { IdleTime } from '../../../../src/runtime/worker/idle-time.ts'

const READ = { position: 5, isPaused: false, waitsFor: null }

function idleAfter(...rounds: readonly Parameters<IdleTime['endRound']>[]): number {
  const timer = new ManualTimer()
  const idle = new IdleTime(timer)
  for (const round of rounds) {
    idle.endRound(...round)
    timer.advance(10)
  }
  return idle.ms
}

test('the time counts from the last record that came', () => {
  expect(idleAfter([[READ], true], [[READ], true])).toBe(20)
  expect(idleAfter([[READ], true], [[READ, { ...READ, position: 6 }], true])).toBe(10)
})

test.each([
  ['a backlog', READ, false],
  ['a paused query', { ...READ, isPaused: true }, true],
  ['an input that waits for its schema', { ...READ, waitsFor: 'the registry cannot be reached' }, true],
])('%s is no silence', (_, input, isDone) => {
  expect(idleAfter([[READ], true], [[input], isDone])).toBe(0)
})
