import { expect, test } from 'vitest'
import { WATCHED } from '../../../../src/runtime/heartbeat.ts'
import { WorkerWatch, watchInterval } from '../../../../src/runtime/threads/watch.ts'

function watched({ limitMs = 1_000 } = {}) {
  const shared = new Int32Array(WATCHED.length)
  const everyMs = watchInterval(limitMs)
  let time = 5_000
  let hangs = 0
  const watch = new WorkerWatch({ shared, limitMs, everyMs, now: () => time, onHang: () => hangs++ })
  return {
    everyMs,
    beat: () => {
      shared[WATCHED.beats]!++
    },
    /** Looks as often as fits into the time. */
    pass(ms: number) {
      for (let passed = 0; passed < ms; passed += everyMs) {
        time += everyMs
        watch.check()
      }
    },
    /** Nobody looks meanwhile. */
    sleep(ms: number) {
      time += ms
      watch.check()
    },
    hangs: () => hangs,
  }
}

test('a thread that beats is left alone, however long', () => {
  const { beat, pass, hangs } = watched()
  for (let i = 0; i < 20; i++) {
    beat()
    pass(900)
  }
  expect(hangs()).toBe(0)
})

test('a thread that has stopped beating is told of once, at the limit', () => {
  const { beat, pass, hangs } = watched()
  beat()
  pass(900)
  expect(hangs()).toBe(0)
  pass(200)
  expect(hangs()).toBe(1)
  pass(10_000)
  expect(hangs()).toBe(1)
})

test('a thread that is still starting is not watched', () => {
  const { pass, hangs } = watched()
  pass(60_000)
  expect(hangs()).toBe(0)
})

test('a machine that was suspended has stopped both sides: that counts for next to nothing', () => {
  const { beat, pass, sleep, hangs } = watched()
  beat()
  pass(500)
  for (let i = 0; i < 3; i++) sleep(3_600_000)
  expect(hangs()).toBe(0)
  beat()
  pass(500)
  expect(hangs()).toBe(0)
})
