import { expect, test } from 'vitest'
import { ManualTimer, systemClock } from '../../../src/clock.ts'
import { Backoff } from '../../../src/connectors/delivery/backoff.ts'
import { SupervisedTask } from '../../../src/connectors/run/supervised-task.ts'
import { endTasks } from '../../../src/connectors/run/task-context.ts'

const timer = new ManualTimer()

/** A task in the middle of a request, which is given up when the task is to end. */
const sending = () =>
  new SupervisedTask({
    id: 0,
    clock: systemClock,
    backoff: new Backoff({ firstMs: 1, longestMs: 1, timer, random: () => 0 }),
    run: ({ ending }) =>
      new Promise((_, reject) => ending.addEventListener('abort', () => reject(new Error('aborted')))),
    onFailure: () => {},
  })

test('a connector that is dropped while it sends has five seconds to finish, and is then given up', async () => {
  let hasEnded = false
  const ended = endTasks([sending(), sending()], timer).then(() => {
    hasEnded = true
  })
  timer.advance(4999)
  await new Promise(setImmediate)
  expect(hasEnded).toBe(false)
  timer.advance(1)
  await ended
})
