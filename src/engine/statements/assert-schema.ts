/** ASSERT [NOT EXISTS] SCHEMA. See docs/sql.md#assert-schema. Source: ksqlDB's AssertSchemaExecutor. */
import { durationMs } from '../../analysis/durations.ts'
import { messageOf, StatementError } from '../../errors.ts'
import type { SchemaRegistry } from '../../registry/schema-registry.ts'
import type { AssertSchema } from '../../sql/ast/test-statements.ts'
import { checked } from './handler.ts'
import { untilHolds } from './until-holds.ts'

export const assertSchema = checked<AssertSchema>((statement, { parts, config }) => {
  const { subject, id, exists } = statement
  const { registry } = parts
  if (registry === null) {
    throw new StatementError("ASSERT SCHEMA needs a schema registry. Set 'ksql.schema.registry.url'.", {
      code: 'SCHEMA_REGISTRY_MISSING',
    })
  }
  if (subject === null && id === null) {
    throw new StatementError('ASSERT SCHEMA needs a SUBJECT, an ID, or both.')
  }
  const timeoutMs =
    statement.timeout === null ? config.number('ksql.assert.schema.default.timeout.ms') : durationMs(statement.timeout)
  return async () => {
    const failure = await untilHolds(() => mismatch(statement, registry), timeoutMs, parts.timer)
    if (failure !== null) throw new StatementError(failure, { code: 'ASSERTION_FAILED' })
    return { '@type': 'assert_schema', subject, id, exists }
  }
})

/** Why the assertion does not hold now, or null. */
async function mismatch(statement: AssertSchema, registry: SchemaRegistry): Promise<string | null> {
  let found: boolean
  try {
    found = await isThere(statement, registry)
  } catch (error) {
    return `Cannot check whether the ${words(statement)} exists: ${messageOf(error)}`
  }
  if (found === statement.exists) return null
  return `The ${words(statement)} ${found ? 'exists' : 'does not exist'}`
}

async function isThere({ subject, id }: AssertSchema, registry: SchemaRegistry): Promise<boolean> {
  if (id === null) return (await registry.versions(subject!)).length > 0
  const schema = await registry.schemaById(id)
  if (schema === null || subject === null) return schema !== null
  return (await registry.find(subject, schema))?.id === id
}

const words = ({ subject, id }: AssertSchema): string =>
  [
    'schema',
    ...(subject === null ? [] : [`with subject name ${subject}`]),
    ...(id === null ? [] : [subject === null ? `with id ${id}` : `and id ${id}`]),
  ].join(' ')
