/** CREATE INDEX: what the table and its columns must be. See docs/sql.md#indexes. */
import { StatementError } from '../../errors.ts'
import type { Expression } from '../../expressions/expression.ts'
import { childrenOf } from '../../expressions/inspect.ts'
import type { DataSource } from '../../metastore/data-source.ts'
import { findSource } from '../../metastore/lookup.ts'
import { type IndexDefinition, indexesOf, type Metastore } from '../../metastore/metastore.ts'
import { expressionsOf } from '../../operators/expressions-of.ts'
import type { CreateIndex, PlacedName } from '../../sql/ast/definitions.ts'
import { isIndexable } from '../../state/index-text.ts'
import { suggestion } from '../../suggest.ts'
import { formatType, quoteName } from '../../types/sql-type.ts'
import type { PhysicalPlan } from '../physical-plan.ts'
import { resolveIndex } from '../table-index.ts'

/** Each of them costs a write for each row that changes. */
const MOST_INDEXES = 16

/** `plan`: of the query that keeps the table's rows; null: none does. Null: the index exists already, and may. Throws StatementError. */
export function planCreateIndex(
  statement: CreateIndex,
  metastore: Metastore,
  planOf: (table: string) => PhysicalPlan | null,
): IndexDefinition | null {
  const { name, ifNotExists, location } = statement
  const table = statement.table.name
  const existing = metastore.indexes.get(name)
  if (existing !== undefined) {
    if (ifNotExists) return null
    throw new StatementError(
      `Index ${name} exists already, on ${describeIndex(existing)}. DROP INDEX ${quoteName(name)}; removes it.`,
      { location },
    )
  }
  const source = findSource(metastore, table, statement.table.location)
  checkTable(source, planOf(table), statement)
  for (const column of statement.columns) checkColumn(column, source)
  const index = { name, table, columns: statement.columns.map((column) => column.name), statement: statement.text }
  checkOthers(index, source, indexesOf(metastore, table), statement)
  return index
}

export const describeIndex = ({ table, columns }: Pick<IndexDefinition, 'table' | 'columns'>): string =>
  `${table} (${columns.join(', ')})`

/** The indexes of a table must remain possible when it is replaced. Throws StatementError. */
export function checkIndexes(source: DataSource, plan: PhysicalPlan, metastore: Metastore): void {
  for (const index of indexesOf(metastore, source.name)) {
    const resolved = resolveIndex(index, source)
    const isPossible =
      resolved?.columns.every(({ type }) => isIndexable(type)) === true &&
      source.window === null &&
      varyingCall(plan) === null
    if (isPossible) continue
    throw new StatementError(
      `Index ${index.name} on ${describeIndex(index)} is not possible over the new ${source.name}. ` +
        `DROP INDEX ${quoteName(index.name)}; first, and create it again if the columns allow it.`,
    )
  }
}

function checkTable(source: DataSource, plan: PhysicalPlan | null, { table: { location } }: CreateIndex): void {
  const { name, kind, window } = source
  if (kind === 'STREAM') {
    throw new StatementError(
      `${name} is a stream, of which no rows are kept. An index is for a table: CREATE TABLE ... AS SELECT keeps one.`,
      { location },
    )
  }
  if (window !== null) {
    throw new StatementError(
      `${name} is windowed, and indexes are for tables without windows. A condition on the key, WINDOWSTART or WINDOWEND is looked up without one.`,
      { location },
    )
  }
  if (plan?.materialization == null) {
    throw new StatementError(
      `No query keeps the rows of ${name}, so there are none to index. CREATE TABLE ... AS SELECT * FROM ${quoteName(name)} keeps them.`,
      { location },
    )
  }
  const call = varyingCall(plan)
  if (call !== null) {
    throw new StatementError(
      `${name} has no fixed rows to index: its columns are computed when they are read, and ${call} may give another value each time. ` +
        'Call it in a stream that the table reads.',
      { location },
    )
  }
}

function checkColumn({ name, location }: PlacedName, { schema, name: table }: DataSource): void {
  const columns = [...schema.key, ...schema.value]
  const column = columns.find((one) => one.name === name)
  if (column === undefined) {
    const names = columns.map((one) => one.name)
    throw new StatementError(
      `Column ${name} does not exist in ${table}, or cannot be indexed.${suggestion(name, names, { label: 'Columns' })}`,
      { location },
    )
  }
  if (isIndexable(column.type)) return
  throw new StatementError(
    `Column ${name} is of type ${formatType(column.type)}, whose values have no order. An index takes columns of types with one: numbers, texts, BOOLEAN, BYTES and times.`,
    { location },
  )
}

function checkOthers(
  index: Omit<IndexDefinition, 'statement'>,
  { schema, name }: DataSource,
  others: readonly IndexDefinition[],
  { columns, location }: CreateIndex,
): void {
  const names = index.columns
  const twice = columns.find((column, i) => names.indexOf(column.name) !== i)
  if (twice !== undefined)
    throw new StatementError(`Column ${twice.name} stands twice in the index.`, { location: twice.location })
  const first = names.slice(0, schema.key.length)
  if (first.length === schema.key.length && schema.key.every((key) => first.includes(key.name))) {
    throw new StatementError(
      `The index would begin with the whole key of ${name} (${schema.key.map((key) => key.name).join(', ')}), by which rows are found without one.`,
      { location },
    )
  }
  const same = others.find((other) => other.columns.join('\n') === names.join('\n'))
  if (same !== undefined)
    throw new StatementError(`Index ${same.name} has these columns of ${name} already.`, { location })
  if (others.length >= MOST_INDEXES)
    throw new StatementError(`${name} has ${MOST_INDEXES} indexes, which is the most that a table may have.`, {
      location,
    })
}

/** Functions of no arguments that may give another value each time. */
const VARYING: ReadonlySet<string> = new Set(['RANDOM', 'UUID', 'UNIX_DATE', 'UNIX_TIMESTAMP'])

/** A function that a table calls when its rows are read, and that may answer differently each time. Null: there is none. */
function varyingCall({ steps, materialization, functions = [] }: PhysicalPlan): string | null {
  const own = new Set(functions.map(({ name }) => name))
  const find = (expression: Expression): string | null => {
    if (expression.kind === 'call') {
      const { name, args } = expression
      if (own.has(name) || (VARYING.has(name) && args.length === 0)) return name
    }
    for (const child of childrenOf(expression)) {
      const found = find(child)
      if (found !== null) return found
    }
    return null
  }
  const stages = steps.filter(({ id }) => id !== materialization?.step && materialization?.stages.includes(id) === true)
  for (const expression of stages.flatMap(expressionsOf)) {
    const found = find(expression)
    if (found !== null) return found
  }
  return null
}
