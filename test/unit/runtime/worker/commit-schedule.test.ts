import { describe, expect, test } from 'vitest'
import { ManualTimer } from '../../../../src/clock.ts'
import { CommitSchedule, type ScheduledQuery } from '../../../../src/runtime/worker/commit-schedule.ts'

/** A query of which each commit does as `outcome` says. */
class TestQuery implements ScheduledQuery {
  readonly assignment = { config: {}, exactlyOnce: false }
  readonly commitsIn = null
  readonly lag = 0
  nextCommitAt = 1e9
  commits = 0
  failedCommits = 0
  outcome: () => void = () => {}

  wantCommit(): void {}

  async commit(): Promise<void> {
    this.commits++
    this.outcome()
  }
}

const IDLE = { isIdle: true, commit: async () => {} }

const open = () => {
  const query = new TestQuery()
  const state = { isFull: false }
  const timer = new ManualTimer()
  const schedule = new CommitSchedule({
    timer,
    clock: { now: () => 1e9 - 1 },
    queries: () => [query],
    next: () => [query],
    transactions: { transaction: IDLE, stateTransaction: IDLE },
    isPressed: () => state.isFull,
    isFull: () => state.isFull,
    onTick: () => {},
  })
  schedule.start()
  /** Lets time pass tick by tick, so that what one tick begins is done before the next. */
  const pass = async (ticks: number) => {
    for (let tick = 0; tick < ticks; tick++) {
      timer.advance(100)
      await settled()
    }
  }
  return { query, state, schedule, pass }
}

/** Resolves when all that was ready to run has run. */
const settled = () => new Promise((resolve) => setImmediate(resolve))

/** Whether the promise is resolved by now. */
async function isDone(waiting: Promise<void>): Promise<boolean> {
  let done = false
  void waiting.then(() => {
    done = true
  })
  await settled()
  return done
}

test('reading continues while there is room', () => {
  const { schedule } = open()
  expect(schedule.room).toBeNull()
})

test('reading waits until a commit has made room, also when some fail first', async () => {
  const { query, state, schedule, pass } = open()
  state.isFull = true
  query.outcome = () => {
    if (query.commits < 3) query.failedCommits++
    else state.isFull = false
  }
  const room = schedule.room!
  await pass(2)
  expect(query.commits).toBe(2)
  expect(await isDone(room)).toBe(false)
  await pass(1)
  expect(await isDone(room)).toBe(true)
  expect(schedule.room).toBeNull()
})

test('reading continues where commits succeed without making room', async () => {
  const { state, schedule, pass } = open()
  state.isFull = true
  const room = schedule.room!
  await pass(1)
  expect(await isDone(room)).toBe(true)
  expect(schedule.room).toBeNull()
})

test('nobody waits for commits that have ended', async () => {
  const { query, state, schedule } = open()
  state.isFull = true
  query.outcome = () => query.failedCommits++
  const room = schedule.room!
  schedule.stop()
  expect(await isDone(room)).toBe(true)
  expect(schedule.room).toBeNull()
})

describe('a transaction', () => {
  const openExact = (config: Readonly<Record<string, string>> = {}) => {
    const query = {
      assignment: { config, exactlyOnce: true },
      commitsIn: 'transaction' as const,
      lag: 0,
      nextCommitAt: 0,
      failedCommits: 0,
      wantCommit: () => {},
      commit: async () => {},
    }
    const clock = { at: 1e9, now: () => clock.at }
    let commits = 0
    const transactions = { isIdle: false, commit: async () => void commits++ }
    const schedule = new CommitSchedule({
      timer: new ManualTimer(),
      clock,
      queries: () => [query],
      next: () => [query],
      transactions: { transaction: transactions, stateTransaction: IDLE },
      isPressed: () => false,
      isFull: () => false,
      onTick: () => {},
    })
    schedule.start()
    /** The commits that the end of a round begins. */
    const endRound = async () => {
      const before = commits
      schedule.commitWhenRead()
      await settled()
      return commits - before
    }
    return { query, clock, transactions, endRound }
  }

  test('ends as soon as nothing is left to read', async () => {
    const { query, endRound } = openExact()
    query.lag = 5
    expect(await endRound()).toBe(0)
    query.lag = 0
    expect(await endRound()).toBe(1)
  })

  test('that holds nothing is left alone', async () => {
    const { transactions, endRound } = openExact()
    transactions.isIdle = true
    expect(await endRound()).toBe(0)
  })

  test('ends no more often than in its interval while records trickle in', async () => {
    const { clock, endRound } = openExact()
    let commits = 0
    for (let round = 0; round < 1000; round++) {
      commits += await endRound()
      clock.at += 10
    }
    expect(commits).toBeLessThanOrEqual(10_000 / 200 + 3)
  })

  test('of a query whose interval was chosen keeps to it', async () => {
    const { endRound } = openExact({ 'commit.interval.ms': '1000' })
    expect(await endRound()).toBe(0)
  })
})
