/** ASSERT STREAM and ASSERT TABLE: whether a source is what a test declares. Source: `AssertExecutor` of ksqlDB's SQL tests. */
import type { DataSource } from '../metastore/data-source.ts'
import type { PullContext } from '../plan/queries/pull-query.ts'
import { planCreateSource } from '../plan/statements/create-source.ts'
import type { FormatSpec } from '../serde/format.ts'
import type { ColumnDefinition, CreateSource } from '../sql/ast/definitions.ts'
import type { Property } from '../sql/ast/statement-node.ts'
import type { AssertSource } from '../sql/ast/test-statements.ts'
import { parseColumns } from '../sql/parse.ts'
import { formatSchema } from '../types/schema.ts'
import { FailedAssertion } from './failed-assertion.ts'

/**
 * Throws FailedAssertion for the first difference. What the statement leaves out is not compared: columns, the topic, a format, the column
 * with the event time.
 */
export function assertSource(statement: AssertSource, actual: DataSource, context: PullContext): void {
  const { kind, name, columns } = statement
  compare('type', name, kind === 'assertStream' ? 'STREAM' : 'TABLE', actual.kind)
  const expected = declaredSource(statement, actual, context)
  const says = (...names: readonly string[]) =>
    statement.properties.some((property) => names.includes(property.name.toUpperCase()))
  if (columns.length > 0) compare('schema', name, formatSchema(expected.schema), formatSchema(actual.schema))
  if (says('KEY_FORMAT', 'FORMAT'))
    compare('key format', name, formatText(expected.keyFormat), formatText(actual.keyFormat))
  if (says('VALUE_FORMAT', 'FORMAT'))
    compare('value format', name, formatText(expected.valueFormat), formatText(actual.valueFormat))
  if (says('WRAP_SINGLE_VALUE'))
    compare('value serde features', name, featureText(expected.valueFormat), featureText(actual.valueFormat))
  if (says('KAFKA_TOPIC')) compare('kafka topic', name, expected.topic, actual.topic)
  if (says('TIMESTAMP')) compare('timestamp column', name, expected.timestamp?.column, actual.timestamp?.column)
  if (says('TIMESTAMP_FORMAT')) compare('timestamp format', name, expected.timestamp?.format, actual.timestamp?.format)
}

/** The source that the statement would create. Where it says nothing, `actual` stands in. */
function declaredSource(statement: AssertSource, actual: DataSource, context: PullContext): DataSource {
  const { kind, name, columns, properties, text, location } = statement
  const given = new Set(properties.map((property) => property.name.toUpperCase()))
  const own = (property: string, value: string): Property[] =>
    given.has(property) || (property.endsWith('_FORMAT') && given.has('FORMAT'))
      ? []
      : [{ name: property, value: { kind: 'stringLiteral', value } }]
  const create: CreateSource = {
    kind: 'createSource',
    sourceKind: kind === 'assertStream' ? 'STREAM' : 'TABLE',
    name,
    orReplace: false,
    ifNotExists: false,
    isSource: false,
    columns: columns.length > 0 ? columns : columnsOf(actual),
    properties: [
      ...properties,
      ...own('KAFKA_TOPIC', actual.topic),
      ...own('KEY_FORMAT', actual.keyFormat.format),
      ...own('VALUE_FORMAT', actual.valueFormat.format),
    ],
    text,
    ...(location && { location }),
  }
  return planCreateSource(create, { ...context, partitions: () => 1 }).source
}

/** The columns as a CREATE statement would list them. */
function columnsOf({ kind, schema }: DataSource): readonly ColumnDefinition[] {
  const columns = parseColumns(formatSchema(schema))
  return columns.map((column) =>
    kind === 'TABLE' && column.role === 'KEY' ? { ...column, role: 'PRIMARY KEY' } : column,
  )
}

const formatText = ({ format, delimiter, schemaName }: FormatSpec): string =>
  JSON.stringify({ format, delimiter, schemaName })

const featureText = ({ unwrapped }: FormatSpec): string => (unwrapped ? 'UNWRAP_SINGLES' : 'WRAP_SINGLES')

function compare(
  what: string,
  source: string,
  expected: string | null | undefined,
  actual: string | null | undefined,
): void {
  if ((expected ?? null) === (actual ?? null)) return
  throw new FailedAssertion(
    `Expected ${what} does not match actual for source ${source}. Expected: ${expected ?? 'none'}, Actual: ${actual ?? 'none'}`,
  )
}
