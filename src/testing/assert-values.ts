/** ASSERT VALUES, ASSERT NULL VALUES and ASSERT ROWS: what is in a topic beside what a test expects. */

import { placing, StatementError } from '../errors.ts'
import { convertConstant, evaluateConstant } from '../expressions/constant.ts'
import type { InsertContext } from '../plan/statements/insert-values.ts'
import type { Expression } from '../sql/ast/query.ts'
import { equality } from '../types/compare.ts'
import { valueText } from '../types/java-text.ts'
import type { Column } from '../types/schema.ts'
import type { Row, Value } from '../types/value.ts'
import { FailedAssertion, type TextRow } from './failed-assertion.ts'
import type { ReadRow } from './read-rows.ts'

/** The columns that a statement lists; none: all but ROWTIME. Throws StatementError for an unknown one. */
export function assertedColumns(names: readonly string[], columns: readonly Column[], target: string): Column[] {
  if (names.length === 0) return columns.slice(0, -1)
  return names.map((name) => {
    const column = columns.find((candidate) => candidate.name === name)
    if (column !== undefined) return column
    const known = columns.map((candidate) => candidate.name).join(', ')
    throw new StatementError(`Column ${name} does not exist in ${target}. Its columns are: ${known}.`)
  })
}

/** The values of a row of the statement, as values of `columns`. Throws StatementError for one that does not fit. */
export function expectedRow(row: readonly Expression[], columns: readonly Column[], context: InsertContext): Row {
  if (row.length !== columns.length) {
    const names = columns.map(({ name }) => name).join(', ')
    throw new StatementError(`Expected a value for each column. Columns: [${names}]. Got ${row.length} values.`)
  }
  const { functions, functionContext, config, metastore } = context
  const resolveType = (name: string) => metastore.types.get(name)
  return row.map((expression, i) =>
    placing(expression.location, () =>
      convertConstant(
        evaluateConstant(expression, 'assertion', { functions, functionContext, config, resolveType }),
        columns[i]!,
      ),
    ),
  )
}

const MISMATCH = 'Expected record does not match actual'

/** Throws FailedAssertion unless the record has these values in `columns`. `all`: the columns of the record. */
export function assertRecord(
  actual: ReadRow,
  expected: { readonly values: Row; readonly isTombstone: boolean },
  columns: readonly Column[],
  all: readonly Column[],
): void {
  const found = pick(actual.values, columns, all)
  if (actual.isTombstone === expected.isTombstone && sameRow(found, expected.values, columns)) return
  const kind = actual.isTombstone ? ' The record is a tombstone.' : ' The record is not a tombstone.'
  throw new FailedAssertion(`${MISMATCH}.${actual.isTombstone === expected.isTombstone ? '' : kind}`, {
    columns: columns.map(({ name }) => name),
    expected: [rowText(expected.values, columns)],
    actual: [rowText(found, columns)],
  })
}

/** Throws FailedAssertion unless `actual` and `expected` hold the same rows, each as often, in any order. */
export function assertSameRows(actual: readonly Row[], expected: readonly Row[], columns: readonly Column[]): void {
  const left = [...actual]
  const missing = expected.filter((row) => {
    const at = left.findIndex((candidate) => sameRow(candidate, row, columns))
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
  if (missing.length === 0 && left.length === 0) return
  const message = `Expected rows do not match the actual ones: ${missing.length} missing, ${left.length} not expected.`
  throw new FailedAssertion(message, {
    columns: columns.map(({ name }) => name),
    expected: missing.map((row) => rowText(row, columns)),
    actual: left.map((row) => rowText(row, columns)),
  })
}

export function pick(values: Row, columns: readonly Column[], all: readonly Column[]): Row {
  return columns.map((column) => values[all.indexOf(column)] ?? null)
}

function sameRow(a: Row, b: Row, columns: readonly Column[]): boolean {
  return columns.every(({ type }, i) => sameValue(a[i] ?? null, b[i] ?? null, equality(type)))
}

function sameValue(a: Value, b: Value, equal: (a: NonNullable<Value>, b: NonNullable<Value>) => boolean): boolean {
  return a === null || b === null ? a === b : equal(a, b)
}

function rowText(row: Row, columns: readonly Column[]): TextRow {
  return columns.map(({ type }, i) => (row[i] === null ? 'null' : valueText(type)(row[i]!)))
}
