/** What a new version of a query must leave as it is, because the records of the sink's topic depend on it. */
import { StatementError } from '../../errors.ts'
import type { DataSource } from '../../metastore/data-source.ts'
import type { CreateAs } from '../../sql/ast/definitions.ts'
import type { Property } from '../../sql/ast/statement-node.ts'
import { definingProperties } from '../../sql/change-properties.ts'
import { formatStatement } from '../../sql/format-statement.ts'
import { type Column, formatColumn } from '../../types/schema.ts'
import { equalTypes, quoteName } from '../../types/sql-type.ts'

/** Throws StatementError with the statement for a new topic, if the rows of both versions cannot lie in one. */
export function checkSameTopic(running: DataSource, next: DataSource, statement: CreateAs): void {
  const reasons = [
    ...different('the kind', running.kind, next.kind),
    ...different('the topic', running.topic, next.topic),
    ...different('the key', columnsText(running.schema.key), columnsText(next.schema.key)),
    ...different('the key format', running.keyFormat.format, next.keyFormat.format),
    ...different('the value format', running.valueFormat.format, next.valueFormat.format),
    ...different('the window in keys', windowText(running), windowText(next)),
    ...different('the timestamp column', running.timestamp?.column ?? 'none', next.timestamp?.column ?? 'none'),
  ]
  if (reasons.length === 0) return
  throw new StatementError(
    `${renamedKey(running, next)}${running.name} cannot be replaced in its topic, which has records of the running version: ${reasons.join(', and ')}. ` +
      `A new topic is needed. Run this, let the readers of ${running.name} change over, and drop it:\n${asNew(statement)};`,
  )
}

/** A key that only has another name keeps its place in the topic. */
function renamedKey({ schema: { key: before } }: DataSource, { schema: { key: after } }: DataSource): string {
  const isRenamed =
    columnsText(before) !== columnsText(after) &&
    before.length === after.length &&
    before.every(({ type }, i) => equalTypes(type, after[i]!.type))
  if (!isRenamed) return ''
  return `Select the key under its name, with AS ${before.map(({ name }) => quoteName(name)).join(', ')}, to replace it in place. `
}

const different = (what: string, before: string, after: string): string[] =>
  before === after ? [] : [`${what} changes from ${before} to ${after}`]

const columnsText = (columns: readonly Column[]): string =>
  columns.length === 0 ? 'none' : columns.map(formatColumn).join(', ')

/** Keys of windows of one kind lie in the same order, whatever their size. */
const windowText = ({ window }: DataSource): string => window?.type ?? 'none'

/** The statement under another name, with a topic of its own. */
function asNew(statement: CreateAs): string {
  const name = `${statement.name}_NEW`
  const topic: Property = { name: 'KAFKA_TOPIC', value: { kind: 'stringLiteral', value: name } }
  const others = definingProperties(statement.properties).filter(
    (property) => property.name.toUpperCase() !== topic.name,
  )
  const properties = [topic, ...others]
  return formatStatement({ ...statement, name, orReplace: false, properties })
}
