/** Type-checking expressions over the columns of a query's sources, before there is a plan. */

import { StatementError } from '../errors.ts'
import type { Scope } from '../expressions/typecheck/checker.ts'
import type { FunctionRegistry } from '../functions/registry.ts'
import type { Metastore } from '../metastore/metastore.ts'
import type { Expression } from '../sql/ast/query.ts'
import type { Column } from '../types/schema.ts'
import type { AnalyzedSource } from './analysis.ts'
import { layoutName, withLayoutNames } from './layout-names.ts'
import { readableColumns } from './sources.ts'

/** Kept, since a query may type thousands of expressions over the same columns. */
const indexesByColumns = new WeakMap<readonly Column[], ReadonlyMap<string, number>>()

function indexesOf(columns: readonly Column[]): ReadonlyMap<string, number> {
  const known = indexesByColumns.get(columns)
  if (known !== undefined) return known
  const indexes = new Map(columns.map(({ name }, index) => [name, index]))
  indexesByColumns.set(columns, indexes)
  return indexes
}

/** A scope in which `columns`, by their names, are the columns of the row, in this order. */
export function columnScope(columns: readonly Column[], functions: FunctionRegistry, metastore: Metastore): Scope {
  const indexes = indexesOf(columns)
  return {
    resolveColumn({ name, location }) {
      const index = indexes.get(name)
      if (index === undefined) throw new StatementError(`Column '${name}' cannot be resolved.`, { location })
      return { index, name, type: columns[index]!.type }
    },
    hasColumn: (name) => indexes.has(name),
    resolveType: (name) => metastore.types.get(name),
    functions,
    lambdasEnabled: true,
  }
}

/** The arguments of `typecheck` for an expression over all columns of all sources. */
export function sourceScope(
  expression: Expression,
  sources: readonly AnalyzedSource[],
  functions: FunctionRegistry,
  metastore: Metastore,
): [Expression, Scope] {
  const columns = sources.flatMap(({ alias, source }) =>
    readableColumns(source).map(({ name, type }) => ({
      name: layoutName({ kind: 'columnReference', qualifier: alias, name }, sources),
      type,
    })),
  )
  return [withLayoutNames(expression, sources), columnScope(columns, functions, metastore)]
}
