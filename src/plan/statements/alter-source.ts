/** ALTER STREAM/TABLE ... ADD COLUMN. Source: ksqlDB's AlterSourceFactory. */
import { checkFormat } from '../../analysis/formats.ts'
import { StatementError } from '../../errors.ts'
import { resolveTypeNode } from '../../expressions/type-node.ts'
import type { DataSource } from '../../metastore/data-source.ts'
import { findSource } from '../../metastore/lookup.ts'
import type { Metastore } from '../../metastore/metastore.ts'
import type { AlterSource } from '../../sql/ast/definitions.ts'
import { allColumns, type Column, isSystemColumn } from '../../types/schema.ts'

/** The source with the columns added behind its own. Throws StatementError. */
export function planAlterSource(statement: AlterSource, metastore: Metastore): DataSource {
  const source = findSource(metastore, statement.name)
  checkTarget(statement, source)
  const value = [...source.schema.value]
  const { types } = metastore
  for (const { name, type } of statement.columns) {
    checkName(name, [...allColumns(source.schema), ...value])
    value.push({ name, type: resolveTypeNode(type, (custom) => types.get(custom), types.keys()) })
  }
  checkFormat(value, source.valueFormat, 'VALUE')
  const { schema: _schema, ...valueFormat } = source.valueFormat
  return {
    ...source,
    schema: { ...source.schema, value },
    valueFormat: { ...valueFormat, unwrapped: source.valueFormat.unwrapped && value.length === 1 },
    statement: `${source.statement};\n${statement.text}`,
  }
}

function checkTarget({ sourceKind, name }: AlterSource, source: DataSource): void {
  if (source.kind !== sourceKind) {
    throw new StatementError(`Incompatible data source type is ${source.kind}, but statement was ALTER ${sourceKind}`)
  }
  const kind = sourceKind.toLowerCase()
  if (source.isSource) {
    throw new StatementError(`Cannot alter ${kind} '${name}': ALTER operations are not supported on source ${kind}s.`)
  }
  if (source.valueFormat.schemaId !== undefined) {
    throw new StatementError(
      `Cannot alter ${kind} '${name}': its columns are those of VALUE_SCHEMA_ID ${source.valueFormat.schemaId}. Drop it, and create it again with another id.`,
    )
  }
  if (source.isDerived) {
    throw new StatementError(
      `ALTER command is not supported for CREATE ... AS statements. Use CREATE OR REPLACE ${sourceKind} ${name} AS SELECT.`,
    )
  }
}

function checkName(name: string, columns: readonly Column[]): void {
  if (isSystemColumn(name)) {
    throw new StatementError(`'${name}' is a reserved column name. You cannot use it as a name for a column.`)
  }
  if (columns.some((column) => column.name === name)) {
    throw new StatementError(`Cannot add column ${name} to schema. A column with the same name already exists.`)
  }
}
