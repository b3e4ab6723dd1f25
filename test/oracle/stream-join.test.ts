import { describe, expect, it } from 'vitest'
import type { JoinKind } from '../../src/operators/join/join-sides.ts'
import { streamStreamJoin } from '../../src/operators/join/stream-stream-join.ts'
import { INTEGER, STRING } from '../../src/types/sql-type.ts'
import { type Event, randomEvents, toRecord } from '../support/events.ts'
import { harness } from '../support/operator-harness.ts'
import { forEachSeed, type Random } from '../support/seeds.ts'
import { streamOf } from '../support/steps.ts'

const stream = streamOf({ V: INTEGER })
const EMIT_AT_ONCE = { 'ksql.streams.__emit.interval.ms.kstreams.outer.join.spurious.results.fix__': '0' }

interface Join {
  readonly join: JoinKind
  readonly beforeMs: number
  readonly afterMs: number
  readonly graceMs: number | null
}

type Output = readonly [left: number | null, right: number | null, time: number]

/** Everything is computed again from the events up to and including number `i`. */
class Model {
  readonly #join: Join
  readonly #events: readonly Event[]

  constructor(join: Join, events: readonly Event[]) {
    this.#join = join
    this.#events = events
  }

  outputsOf(i: number): Output[] {
    const event = this.#events[i]!
    if (event.value === null) return []
    if (event.key === null) return this.#keepsUnmatched(event) ? [this.#alone(event)] : []
    const closed = event.time === this.#streamTime(i) ? this.#closingAt(i) : []
    const matches = this.#matchesOf(i).map((j) => this.#pair(event, this.#events[j]!))
    return [
      ...closed.map((j) => this.#alone(this.#events[j]!)),
      ...(this.#leavesAlone(i) ? [this.#alone(event)] : matches),
    ]
  }

  /** Earlier events of the other side that event `i` finds, by time, then arrival. */
  #matchesOf(i: number): number[] {
    const event = this.#events[i]!
    if (!isUsable(event)) return []
    const { join, beforeMs, afterMs } = this.#join
    const isMatch = (j: number): boolean => {
      const other = this.#events[j]!
      if (other.side === event.side || other.key !== event.key || !isUsable(other)) return false
      // From the row around which the window lies: the left one, or in a RIGHT join the right one.
      const isAround = event.side === (join === 'RIGHT' ? 1 : 0)
      const distance = isAround ? other.time - event.time : event.time - other.time
      return distance >= -beforeMs && distance <= afterMs && other.time >= this.#oldestKept(i - 1, other.side)
    }
    return range(i)
      .filter(isMatch)
      .sort((a, b) => this.#events[a]!.time - this.#events[b]!.time || a - b)
  }

  /** Events of a side that are older are not kept after event `i`. */
  #oldestKept(i: number, side: number): number {
    const { beforeMs, afterMs, graceMs } = this.#join
    const times = this.#events.slice(0, i + 1).filter((event) => event.side === side && isUsable(event))
    return Math.max(...times.map(({ time }) => time)) - beforeMs - afterMs - (graceMs ?? 86_400_000) + 1
  }

  #streamTime(i: number): number {
    return Math.max(...this.#events.slice(0, i + 1).map(({ time }) => time))
  }

  /** Unmatched, and there is nothing to wait for. */
  #leavesAlone(i: number): boolean {
    const event = this.#events[i]!
    if (this.#matchesOf(i).length > 0 || !this.#keepsUnmatched(event)) return false
    const { graceMs } = this.#join
    return graceMs === null || event.time + this.#lookAhead(event) + graceMs < this.#streamTime(i)
  }

  /** Waiting events whose window and grace end with event `i`: by time, right before left, key, arrival. */
  #closingAt(i: number): number[] {
    if (this.#join.graceMs === null) return []
    const isOver = (j: number, at: number) => {
      const event = this.#events[j]!
      return event.time + this.#lookAhead(event) + this.#join.graceMs! < this.#streamTime(at)
    }
    const looked = (at: number) => isUsable(this.#events[at]!) && this.#events[at]!.time === this.#streamTime(at)
    const wasEmitted = (j: number) => range(i).some((at) => at > j && looked(at) && isOver(j, at))
    const isMatched = (j: number) => range(i).some((at) => at > j && this.#matchesOf(at).includes(j))
    return range(i)
      .filter((j) => {
        const event = this.#events[j]!
        const waits =
          isUsable(event) && this.#keepsUnmatched(event) && this.#matchesOf(j).length === 0 && !this.#leavesAlone(j)
        return waits && isOver(j, i) && !isMatched(j) && !wasEmitted(j)
      })
      .sort((a, b) => this.#compareWaiting(this.#events[a]!, this.#events[b]!) || a - b)
  }

  #compareWaiting(a: Event, b: Event): number {
    return a.time - b.time || b.side - a.side || (a.key! < b.key! ? -1 : a.key! > b.key! ? 1 : 0)
  }

  #lookAhead({ side }: Event): number {
    const { join, beforeMs, afterMs } = this.#join
    return side === (join === 'RIGHT' ? 1 : 0) ? afterMs : beforeMs
  }

  #keepsUnmatched({ side }: Event): boolean {
    const { join } = this.#join
    return join === 'FULL' || join === (side === 0 ? 'LEFT' : 'RIGHT')
  }

  #alone({ side, value, time }: Event): Output {
    return side === 0 ? [value, null, time] : [null, value, time]
  }

  #pair(event: Event, other: Event): Output {
    const time = Math.max(event.time, other.time)
    return event.side === 0 ? [event.value, other.value, time] : [other.value, event.value, time]
  }
}

const isUsable = ({ key, value }: Event): boolean => key !== null && value !== null
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i)

function check(random: Random, join: Join): void {
  const events = randomEvents(random, { count: 30, step: 4 })
  const key = [{ name: 'K', type: STRING }]
  const step = {
    ...join,
    kind: 'streamStreamJoin',
    id: 'j',
    left: 'l',
    right: 'r',
    key,
    leftStore: 'a',
    rightStore: 'b',
  } as const
  const { send } = harness(streamStreamJoin, step, [stream, stream], { config: EMIT_AT_ONCE })
  const model = new Model(join, events)
  events.forEach((event, i) => {
    const actual = send(event.side, toRecord(event)).map(({ value, timestamp }) => [value![1], value![3], timestamp])
    expect(actual, `event ${i}: ${JSON.stringify(event)}`).toEqual(model.outputsOf(i))
  })
}

describe('stream-stream joins agree with a search through all records', () => {
  const windows = (random: Random) => ({ beforeMs: random.integer(0, 12), afterMs: random.integer(0, 12) })

  it.each(['INNER', 'LEFT', 'RIGHT', 'FULL'] as const)('%s without a grace period', (join) => {
    forEachSeed((random) => check(random, { join, ...windows(random), graceMs: null }))
  })

  it.each(['INNER', 'LEFT', 'RIGHT', 'FULL'] as const)('%s with a grace period', (join) => {
    forEachSeed((random) => check(random, { join, ...windows(random), graceMs: random.integer(0, 20) }))
  })
})
