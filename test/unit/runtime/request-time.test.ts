import { expect, test } from 'vitest'
import { ManualTimer } from '../../../src/clock.ts'
import { Budget, BudgetError } from '../../../src/functions/budget.ts'
import { RequestTime, Turnstile } from '../../../src/runtime/request-time.ts'

const TIMEOUT_MS = 500

/** A budget on a clock that the test sets, and an evaluation that takes `ms`. */
function thread() {
  let now = 0
  const budget = new Budget({ timeoutMs: TIMEOUT_MS, maxBytes: 1000, elapsed: () => now })
  const evaluate = (ms: number): void => {
    budget.begin()
    try {
      budget.checkTime()
      now += ms
      budget.checkTime()
    } catch (error) {
      if (!(error instanceof BudgetError)) throw error
    } finally {
      budget.end()
    }
  }
  return { budget, evaluate }
}

test('the evaluations of a request share its time', () => {
  const { budget, evaluate } = thread()
  const time = new RequestTime(budget, { isShared: true })
  time.during(() => evaluate(300))
  expect(time.spentMs).toBe(300)
  expect(() => time.during(() => evaluate(250))).toThrow('The expressions of the query take too long.')
})

test('each evaluation has its own time where the request is read in parts', () => {
  const { budget, evaluate } = thread()
  const time = new RequestTime(budget, { isShared: false })
  time.during(() => {
    evaluate(300)
    evaluate(300)
  })
  expect(time.spentMs).toBe(600)
  expect(() => time.during(() => evaluate(TIMEOUT_MS))).toThrow(BudgetError)
})

test('the keeper of the thread is back after a piece of work, also after one that throws', () => {
  const { budget } = thread()
  const keeper = { limitMs: (timeoutMs: number) => timeoutMs, spent: () => {} }
  budget.timeKeeper = keeper
  const time = new RequestTime(budget, { isShared: true })
  expect(time.during(() => budget.timeKeeper)).toBe(time)
  expect(() =>
    time.during(() => {
      throw new Error('broken')
    }),
  ).toThrow('broken')
  expect(budget.timeKeeper).toBe(keeper)
})

test('work passes one by one, each after a pause as long as the one before', async () => {
  const timer = new ManualTimer()
  const turnstile = new Turnstile(timer)
  const done: string[] = []
  const work = (name: string, ms: number) => () => {
    timer.advance(ms)
    done.push(name)
  }
  const passed = [turnstile.pass(work('a', 100)), turnstile.pass(work('b', 10)), turnstile.pass(work('c', 0))]
  await passed[0]
  expect(done).toEqual(['a'])
  timer.advance(99)
  await flushed()
  expect(done).toEqual(['a'])
  timer.advance(1)
  await passed[1]
  timer.advance(10)
  await passed[2]
  expect(done).toEqual(['a', 'b', 'c'])
})

test('work that fails lets the next one pass', async () => {
  const timer = new ManualTimer()
  const turnstile = new Turnstile(timer)
  const failed = turnstile.pass(() => {
    throw new Error('broken')
  })
  const next = turnstile.pass(() => 'done')
  await expect(failed).rejects.toThrow('broken')
  timer.advance(0)
  expect(await next).toBe('done')
})

const flushed = () => new Promise((resolve) => setImmediate(resolve))
