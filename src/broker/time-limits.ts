/** Which times of records a topic takes. */
import type { TopicConfig } from './broker.ts'

/** The settings of a topic that bound the times of its records. */
export const AFTER_MAX_MS = 'message.timestamp.after.max.ms'
export const BEFORE_MAX_MS = 'message.timestamp.before.max.ms'

/** How far the time of a record may lie from the broker's clock, ms: the values of `AFTER_MAX_MS` and `BEFORE_MAX_MS`. */
export interface TimeLimits {
  readonly aheadMs: number
  readonly behindMs: number
}

/** Null: the topic takes any time. Brokers before Kafka 3.6 do not know the two settings. */
export function timeLimitsOf(config: TopicConfig): TimeLimits | null {
  const aheadMs = Number(config[AFTER_MAX_MS] ?? Number.POSITIVE_INFINITY)
  const behindMs = Number(config[BEFORE_MAX_MS] ?? Number.POSITIVE_INFINITY)
  const takesAny = aheadMs >= NO_LIMIT_MS && behindMs >= NO_LIMIT_MS
  return takesAny || config['message.timestamp.type'] === 'LogAppendTime' ? null : { aheadMs, behindMs }
}

/** Kafka's "without limit" is the largest BIGINT; a number this large is beyond every clock. */
const NO_LIMIT_MS = Number.MAX_SAFE_INTEGER
