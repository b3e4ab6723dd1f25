/** SELECT: expands `*`, `alias.*` and `struct->*`, and gives each column its name. */
import { StatementError } from '../errors.ts'
import type { AllColumns, ColumnReference, Expression, SelectItem, SingleColumn, StructAll } from '../sql/ast.ts'
import { allColumns, isSystemColumn, WINDOW_BOUNDS } from '../types/schema.ts'
import type { StructType } from '../types/sql-type.ts'
import type { AnalyzedSource, QueryUse, SelectColumn } from './analysis.ts'
import { type NameScope, resolveNames, unknownAlias } from './resolve-names.ts'
import { declaresColumn } from './sources.ts'

export interface SelectScope extends NameScope {
  readonly use: QueryUse
  /** Name of a synthetic join key, which `*` shows first; else null. */
  readonly syntheticKey: string | null
  /** The type of a resolved expression that `->*` is applied to. */
  readonly structType: (expression: Expression) => StructType
}

export function analyzeSelect(items: readonly SelectItem[], scope: SelectScope): SelectColumn[] {
  const names = new AliasGenerator(scope.sources)
  return items.flatMap((item) => {
    switch (item.kind) {
      case 'allColumns':
        return expandAll(item, scope)
      case 'structAll':
        return expandStruct(item, scope)
      case 'singleColumn':
        return [single(item, scope, names)]
    }
  })
}

function expandAll(item: AllColumns, scope: SelectScope): SelectColumn[] {
  if (item.qualifier === null) {
    const key = scope.syntheticKey
    const synthetic: SelectColumn[] =
      key === null ? [] : [{ name: key, expression: reference(null, key), location: item.location }]
    return [...synthetic, ...scope.sources.flatMap((source) => columnsOf(source, item, scope))]
  }
  const source = scope.sources.find(
    ({ alias, source: { name } }) => alias === item.qualifier || name === item.qualifier,
  )
  if (source === undefined) throw unknownAlias(item.qualifier, scope, item.location)
  return columnsOf(source, item, scope)
}

function columnsOf({ alias, source }: AnalyzedSource, { location }: AllColumns, scope: SelectScope): SelectColumn[] {
  const declared = allColumns(source.schema).map(({ name }) => name)
  const keys = source.schema.key.length
  const shown =
    source.window !== null && scope.use !== 'persistent'
      ? [...declared.slice(0, keys), ...WINDOW_BOUNDS, ...declared.slice(keys)]
      : declared
  const prefix = scope.sources.length > 1 ? `${alias}_` : ''
  return shown.map((name) => ({ name: prefix + name, expression: reference(alias, name), location }))
}

function expandStruct(item: StructAll, scope: SelectScope): SelectColumn[] {
  const base = resolveNames(item.base, 'SELECT', scope)
  return scope.structType(base).fields.map(({ name }) => ({
    name,
    expression: { kind: 'dereference', base, field: name, ...(item.location && { location: item.location }) },
    location: item.location,
  }))
}

function single(item: SingleColumn, scope: SelectScope, names: AliasGenerator): SelectColumn {
  const expression = resolveNames(item.expression, 'SELECT', scope)
  if (item.alias !== null) {
    refuseReservedAlias(item.alias, item)
    return { name: item.alias, expression, location: item.location }
  }
  return { name: defaultName(expression, scope, names), expression, location: item.location }
}

function refuseReservedAlias(alias: string, item: SingleColumn): void {
  if (!isSystemColumn(alias)) return
  throw new StatementError(`\`${alias}\` is a reserved column name. You cannot use it as an alias for a column.`, {
    location: item.location,
  })
}

function defaultName(expression: Expression, scope: SelectScope, names: AliasGenerator): string {
  switch (expression.kind) {
    case 'columnReference':
      return isAmbiguous(expression, scope) ? `${expression.qualifier}_${expression.name}` : expression.name
    case 'dereference':
      return names.forField(expression.field)
    default:
      return names.generated()
  }
}

const isAmbiguous = ({ qualifier, name }: ColumnReference, { sources }: SelectScope): boolean =>
  qualifier !== null && sources.filter(({ source }) => declaresColumn(source, name)).length > 1

const reference = (qualifier: string | null, name: string): ColumnReference => ({
  kind: 'columnReference',
  qualifier,
  name,
})

/** Names for columns that have none of their own: `KSQL_COL_0`, ...; skips names that the sources use. Source: ksqlDB `ColumnNames`. */
export class AliasGenerator {
  readonly #used: Set<string>
  #next = 0

  constructor(sources: readonly AnalyzedSource[]) {
    this.#used = new Set(sources.flatMap(({ source }) => allColumns(source.schema).map(({ name }) => name)))
  }

  generated(): string {
    let name: string
    do name = `KSQL_COL_${this.#next++}`
    while (this.#used.has(name))
    return name
  }

  /** The field's name, or with a number after it while that is in use. */
  forField(field: string): string {
    let name = field
    for (let i = 1; this.#used.has(name); i++) name = `${field}_${i}`
    this.#used.add(name)
    return name
  }
}
