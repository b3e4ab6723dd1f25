/** INSERT INTO ... VALUES: the rows, and their bytes. Source: ksqlDB's InsertValuesExecutor. */
import { placing, StatementError } from '../../errors.ts'
import { convertConstant, evaluateConstant } from '../../expressions/constant.ts'
import type { FunctionContext } from '../../functions/declaration.ts'
import type { DataSource } from '../../metastore/data-source.ts'
import { nameHint } from '../../metastore/lookup.ts'
import type { FormatSpec, Side } from '../../serde/format.ts'
import { FORMATS } from '../../serde/index.ts'
import type { InsertValues } from '../../sql/ast/definitions.ts'
import type { Expression } from '../../sql/ast/query.ts'
import { walk } from '../../sql/walk.ts'
import { suggestion } from '../../suggest.ts'
import { ByteBuffer } from '../../types/byte-buffer.ts'
import { type Column, ROWOFFSET, ROWPARTITION, ROWTIME, type Schema } from '../../types/schema.ts'
import { BIGINT } from '../../types/sql-type.ts'
import type { Row, Value } from '../../types/value.ts'
import type { PlanContext } from '../builder.ts'

/** What planning an insert reads of the world: not its topics. */
export interface InsertContext extends Omit<PlanContext, 'partitions'> {
  readonly functionContext: FunctionContext
}

export interface InsertedRow {
  readonly source: DataSource
  /** Values of the key columns; empty for a source without a key. */
  readonly key: Row
  readonly value: Row
  /** Epoch ms; null: the time of the insert. */
  readonly timestamp: number | null
}

export interface InsertedRecord {
  readonly key: Buffer | null
  readonly value: Buffer | null
}

/** Evaluates the values of all rows. Throws StatementError for the first that does not fit. */
export function planInsertValues(statement: InsertValues, context: InsertContext): InsertedRow[] {
  const { source, columns } = insertTarget(statement, context)
  refuseForeignQualifiers(statement, source)
  return inInsert(source, () => statement.rows.map((row) => planRow(row, columns, source, context)))
}

/** The source that the rows are for, and the columns of their values in their order. Throws StatementError. */
export function insertTarget(
  statement: InsertValues,
  context: InsertContext,
): { readonly source: DataSource; readonly columns: readonly Column[] } {
  const source = checkInsertTarget(statement, context)
  return { source, columns: targetColumns(statement, source) }
}

function planRow(
  row: readonly Expression[],
  columns: readonly Column[],
  source: DataSource,
  context: InsertContext,
): InsertedRow {
  const given = new Map<string, Value>()
  columns.forEach((column, i) => {
    given.set(
      column.name,
      placing(row[i]!.location, () => evaluate(row[i]!, column, context)),
    )
  })
  const valuesOf = (wanted: readonly Column[]): Row => wanted.map(({ name }) => given.get(name) ?? null)
  const key = valuesOf(source.schema.key)
  placing(row[0]?.location, () => requireTableKey(source, key))
  const time = row[columns.findIndex(({ name }) => name === ROWTIME)]
  const timestamp = placing(time?.location, () => timestampOf(given.get(ROWTIME) ?? null))
  return { source, key, value: valuesOf(source.schema.value), timestamp }
}

/** The bytes of a row, as the formats of its source write them. Throws StatementError for values that the format cannot hold. */
export function encodeInsertedRow({ source, key, value }: InsertedRow): InsertedRecord {
  try {
    const encoders = encodersOf(source)
    return { key: isNoKey(key, source.keyFormat) ? null : encoders.key(key), value: encoders.value(value) }
  } catch (error) {
    throw failedInsert(source, error)
  }
}

interface RowEncoders {
  readonly key: (row: Row) => Buffer | null
  readonly value: (row: Row) => Buffer | null
}

/** Making a writer takes a hundred times as long as writing a row, so each source keeps its own. */
const ENCODERS = new WeakMap<DataSource, RowEncoders>()

function encodersOf(source: DataSource): RowEncoders {
  const known = ENCODERS.get(source)
  if (known !== undefined) return known
  const { topic, schema, keyFormat, valueFormat } = source
  const encoders = {
    key: rowEncoder('KEY', topic, keyFormat, schema.key),
    value: rowEncoder('VALUE', topic, valueFormat, schema.value),
  }
  ENCODERS.set(source, encoders)
  return encoders
}

const isNoKey = (key: Row, { format }: FormatSpec): boolean =>
  format === 'NONE' || key.length === 0 || (key.length === 1 && key[0] === null)

function rowEncoder(side: Side, topic: string, spec: FormatSpec, columns: readonly Column[]): RowEncoders['key'] {
  const writer = FORMATS[spec.format].writer({ side, topic, spec, columns, sources: columns.map((_, i) => i) })
  const sink = new ByteBuffer()
  return (row) => {
    sink.clear()
    return writer.write(row, sink) ? sink.take() : null
  }
}

/** The source that rows are to go to. Throws StatementError if it takes none. */
export function checkInsertTarget(
  { target }: Pick<InsertValues, 'target'>,
  { metastore, config }: Pick<InsertContext, 'metastore' | 'config'>,
): DataSource {
  checkInsertsEnabled(config)
  const source = metastore.sources.get(target)
  if (source === undefined) {
    throw new StatementError(
      `Cannot insert values into an unknown stream/table: \`${target}\`${nameHint(metastore, target)}`,
    )
  }
  checkTakesRecords(source, config)
  const { format } = source.valueFormat
  if (!FORMATS[format].isWritable) {
    throw new StatementError(
      `Cannot insert values into ${target}: its format ${format} reads lines and does not write them. Produce lines to its topic, ${source.topic}.`,
    )
  }
  if (source.window !== null) throw new StatementError('Cannot insert values into windowed stream/table!')
  return source
}

/** Throws StatementError on a server whose users may not write records. */
export function checkInsertsEnabled(config: InsertContext['config']): void {
  if (config('ksql.insert.into.values.enabled') !== 'false') return
  throw new StatementError(
    "INSERT INTO ... VALUES is switched off on this server. To allow it, set 'ksql.insert.into.values.enabled' to true.",
  )
}

/** Throws StatementError for a stream or table that only others than this server write. */
export function checkTakesRecords({ name, kind, topic, isSource }: DataSource, config: InsertContext['config']): void {
  if (isSource) throw new StatementError(`Cannot insert values into read-only ${kind.toLowerCase()}: ${name}`)
  if (isReadOnlyTopic(topic, config('ksql.readonly.topics') ?? '')) {
    throw new StatementError(`Cannot insert values into read-only topic: ${topic}`)
  }
}

const isReadOnlyTopic = (topic: string, patterns: string): boolean =>
  patterns.split(',').some((pattern) => pattern !== '' && new RegExp(`^(?:${pattern.trim()})$`).test(topic))

/** The columns that the values of each row are for, in the order of the values. */
function targetColumns({ columns, columnLocations, rows, target }: InsertValues, { schema }: DataSource): Column[] {
  const all = [...schema.key, ...schema.value]
  if (columns.length === 0) {
    for (const row of rows) placing(row[0]?.location, () => requireAllColumns(row.length, all, schema, target))
    return all
  }
  refuseHeaders(
    true,
    schema.headers.filter(({ name }) => columns.includes(name)),
  )
  return columns.map((name, i) =>
    placing(columnLocations?.[i], () => {
      if (columns.indexOf(name) !== i) throw new StatementError(`Column ${name} is listed more than once.`)
      return targetColumn(name, all, target)
    }),
  )
}

function requireAllColumns(values: number, all: readonly Column[], { headers }: Schema, target: string): void {
  refuseHeaders(headers.length > 0 && values === all.length + headers.length, headers)
  if (values === all.length) return
  throw new StatementError(
    `Failed to insert values into '${target}'. Expected a value for each column. ` +
      `Expected Columns: [${all.map(({ name }) => name).join(', ')}]. Got ${values} values.`,
  )
}

function refuseHeaders(isTarget: boolean, headers: readonly Column[]): void {
  if (!isTarget || headers.length === 0) return
  throw new StatementError(`Cannot insert into HEADER columns: ${headers.map(({ name }) => name).join(', ')}`)
}

function targetColumn(name: string, all: readonly Column[], target: string): Column {
  if (name === ROWTIME) return { name, type: BIGINT }
  if (name === ROWPARTITION || name === ROWOFFSET) {
    throw new StatementError(`Inserting into column \`${name}\` is not allowed.`)
  }
  const column = all.find((candidate) => candidate.name === name)
  if (column !== undefined) return column
  throw new StatementError(
    `Failed to insert values into '${target}'. Column name ${name} does not exist.` +
      suggestion(
        name,
        all.map((candidate) => candidate.name),
        { label: 'Columns', most: 30 },
      ),
  )
}

/** `OTHER.COLUMN` is distinguished from a column of the target, which no value can read either. */
function refuseForeignQualifiers({ rows }: InsertValues, { name }: DataSource): void {
  for (const value of rows.flat()) {
    walk(value, (node) => {
      if (node.kind === 'columnReference' && node.qualifier !== null && node.qualifier !== name) {
        throw new StatementError(
          `Failed to prepare statement: '${node.qualifier}' is not a valid stream/table name or alias.`,
          { location: node.location },
        )
      }
      return true
    })
  }
}

function evaluate(
  expression: Expression,
  column: Column,
  { functions, functionContext, metastore, config }: InsertContext,
): Value {
  const constant = evaluateConstant(expression, 'insert value', {
    functions,
    functionContext,
    config,
    resolveType: (name) => metastore.types.get(name),
    lambdasEnabled: config('ksql.lambdas.enabled') !== 'false',
  })
  return convertConstant(constant, column)
}

function requireTableKey({ kind, schema }: DataSource, key: Row): void {
  if (kind !== 'TABLE' || key.every((value) => value !== null)) return
  const missing = schema.key.filter((_, i) => key[i] === null).map(({ name }) => name)
  throw new StatementError(`Value for primary key column(s) ${missing.join(', ')} is required for tables`)
}

function timestampOf(value: Value): number | null {
  if (value === null) return null
  const timestamp = Number(value)
  if (timestamp >= 0) return timestamp
  throw new StatementError(`Invalid ROWTIME: ${timestamp}. Times are milliseconds since 1970, zero or more.`)
}

/** Names the target in every failure. Wording: ksqlDB. */
function inInsert<Result>(source: DataSource, run: () => Result): Result {
  try {
    return run()
  } catch (error) {
    throw failedInsert(source, error)
  }
}

function failedInsert({ name }: DataSource, error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const location = error instanceof StatementError ? error.location : undefined
  return new StatementError(`Failed to insert values into '${name}'. ${error.message}`, { location, cause: error })
}
