/** ASSERT [NOT EXISTS] TOPIC. See docs/sql.md#assert-topic. */
import { durationMs } from '../../analysis/durations.ts'
import type { Broker } from '../../broker/broker.ts'
import { StatementError } from '../../errors.ts'
import type { Property } from '../../sql/ast/statement-node.ts'
import type { AssertTopic } from '../../sql/ast/test-statements.ts'
import { displayExpression } from '../../sql/format.ts'
import { checked } from './handler.ts'
import { untilHolds } from './until-holds.ts'

export const assertTopic = checked<AssertTopic>((statement, { parts, config }) => {
  const { topic, exists } = statement
  const expected = expectations(statement.properties)
  const timeoutMs =
    statement.timeout === null ? config.number('ksql.assert.topic.default.timeout.ms') : durationMs(statement.timeout)
  return async () => {
    const failure = await untilHolds(() => mismatch(statement, expected, parts.broker), timeoutMs, parts.timer)
    if (failure !== null) throw new StatementError(failure, { code: 'ASSERTION_FAILED' })
    return { '@type': 'assert_topic', topicName: topic, exists }
  }
})

type Expectations = ReadonlyMap<'partitions' | 'replicas', number>

function expectations(properties: readonly Property[]): Expectations {
  return new Map(
    properties.map(({ name, value }) => {
      const key = name.toLowerCase()
      if (key !== 'partitions' && key !== 'replicas') {
        throw new StatementError(`Cannot assert unknown topic property: ${name}. Known: PARTITIONS, REPLICAS.`)
      }
      if (value.kind !== 'integerLiteral') {
        throw new StatementError(`${name} must be a whole number. Got: ${displayExpression(value)}`)
      }
      return [key, value.value]
    }),
  )
}

/** Why the assertion does not hold now, or null. */
async function mismatch(
  { topic, exists }: AssertTopic,
  expected: Expectations,
  broker: Broker,
): Promise<string | null> {
  const description = await broker.describeTopic(topic)
  if (!exists) return description === null ? null : `Topic ${topic} exists`
  if (description === null) return `Topic ${topic} does not exist`
  const wrong = [...expected].filter(([name, value]) => description[name] !== value)
  if (wrong.length === 0) return null
  const reasons = wrong.map(([name, value]) => `For config ${name}, expected ${value} got ${description[name]}`)
  return `Mismatched configuration for topic ${topic}: ${reasons.join(', ')}`
}
