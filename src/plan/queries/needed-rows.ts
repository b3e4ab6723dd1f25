/**
 * Which rows of its sources a query needs that is computed over them as they are now: those that its WHERE keeps, and of a joined table those that
 * match rows of another source. What is read may be too much and never too little: the query's own WHERE and joins decide on every row.
 */
import { countReads } from '../../analysis/normal-form/common-tables.ts'
import { flattenRelation } from '../../analysis/sources.ts'
import type { DataSource } from '../../metastore/data-source.ts'
import type { Metastore } from '../../metastore/metastore.ts'
import type { ColumnReference, Derived, Expression, Join, Query, QueryExpression, Source } from '../../sql/ast/query.ts'
import { allOf, conjuncts, rewrite, walk } from '../../sql/walk.ts'
import type { Column } from '../../types/schema.ts'
import type { SqlType } from '../../types/sql-type.ts'

export interface NeededRows {
  /** Over the columns of the source alone, without its name; null: all rows. */
  readonly where: Expression | null
  /** A row has no effect unless its column equals that of a row of the other source; each of them says so. */
  readonly matches: readonly ColumnMatch[]
}

export interface ColumnMatch {
  readonly column: Column
  /** Name of the other source. */
  readonly source: string
  readonly sourceColumn: string
}

/** `query`: in its normal form. By the name of a source; absent: all rows of it are needed. A source that is read at several places is none of these. */
export function neededRows(query: Query, metastore: Metastore): ReadonlyMap<string, NeededRows> {
  const reads = countReads(query)
  const needed = new Map<string, { readonly where: Expression[]; readonly matches: ColumnMatch[] }>()
  const needOf = (name: string) => {
    const known = needed.get(name) ?? { where: [], matches: [] }
    needed.set(name, known)
    return known
  }
  for (const select of selectsOf(query)) {
    const { sources, joins } = flattenRelation(select.from)
    const names = new Names(sources, metastore, (name) => reads.get(name) === 1)
    const hasNullRows = nullRows(joins)
    for (const condition of select.where === null ? [] : conjuncts(select.where)) {
      const owner = names.onlyOwner(condition)
      if (owner !== null && !hasNullRows.has(sources.indexOf(owner)))
        needOf(owner.name).where.push(unqualified(condition))
    }
    for (const join of joins) {
      for (const { left, right } of names.equations(join)) {
        if (join.type !== 'RIGHT') needOf(right.source.name).matches.push(matchOf(right, left))
        if (join.type !== 'LEFT') needOf(left.source.name).matches.push(matchOf(left, right))
      }
    }
  }
  return new Map([...needed].map(([name, { where, matches }]) => [name, { where: allOf(where), matches }]))
}

/** The query and those in its FROM, each once. */
function selectsOf(query: Query): ReadonlySet<Query> {
  const found = new Set<Query>()
  const visit = (one: QueryExpression): void => {
    if (one.kind === 'setOperation') {
      visit(one.left)
      visit(one.right)
    } else if (!found.has(one)) {
      found.add(one)
      for (const source of flattenRelation(one.from).sources) if (source.kind === 'derived') visit(source.query)
    }
  }
  visit(query)
  return found
}

/** Places of the sources that a join may give a row of NULLs for: a condition on such a row is no condition on the source. */
function nullRows(joins: readonly Join[]): ReadonlySet<number> {
  const places = new Set<number>()
  joins.forEach(({ type }, i) => {
    if (type === 'LEFT' || type === 'FULL') places.add(i + 1)
    if (type === 'RIGHT' || type === 'FULL') for (let left = 0; left <= i; left++) places.add(left)
  })
  return places
}

interface OwnedColumn {
  readonly source: Source
  readonly column: Column
}

/** What the names of a SELECT mean, as far as they are columns of sources that the whole query reads once. */
class Names {
  readonly #sources: readonly (Source | Derived)[]
  readonly #metastore: Metastore
  readonly #isReadOnce: (name: string) => boolean
  /** A name without that of a source may be one of these queries. */
  readonly #hasQueries: boolean

  constructor(sources: readonly (Source | Derived)[], metastore: Metastore, isReadOnce: (name: string) => boolean) {
    this.#sources = sources
    this.#metastore = metastore
    this.#isReadOnce = isReadOnce
    this.#hasQueries = sources.some((source) => source.kind === 'derived' && source.isHidden !== true)
  }

  /** The source that all columns of the expression are of; null: there is no such, or it has none. */
  onlyOwner(expression: Expression): Source | null {
    const owners = new Set<Source | null>()
    walk(expression, (node) => {
      if (node.kind === 'columnReference') owners.add(this.#owned(node)?.source ?? null)
      return true
    })
    return owners.size === 1 ? [...owners][0]! : null
  }

  /** What ON demands to be equal of two columns, the one on the right being of the source that is joined. */
  equations(join: Join): { readonly left: OwnedColumn; readonly right: OwnedColumn }[] {
    if (join.asof === true || !MATCHING.has(join.type)) return []
    return conjuncts(join.criteria).flatMap((condition) => {
      if (condition.kind !== 'comparison' || condition.operator !== '=') return []
      const [a, b] = [condition.left, condition.right].map((side) =>
        side.kind === 'columnReference' ? this.#owned(side) : null,
      )
      if (a == null || b == null || a.source === b.source || !canMatch(a.column.type, b.column.type)) return []
      if (b.source === join.right) return [{ left: a, right: b }]
      return a.source === join.right ? [{ left: b, right: a }] : []
    })
  }

  #owned({ qualifier, name }: ColumnReference): OwnedColumn | null {
    const found = this.#sources.flatMap((source) => {
      if (source.kind === 'derived' || (qualifier !== null && source.alias !== qualifier)) return []
      const column = columnOf(this.#metastore.sources.get(source.name), name)
      return column === undefined ? [] : [{ source, column }]
    })
    if (found.length !== 1 || (qualifier === null && this.#hasQueries)) return null
    return this.#isReadOnce(found[0]!.source.name) ? found[0]! : null
  }
}

/** Joins of which rows of one side without a match have no effect. */
const MATCHING: ReadonlySet<Join['type']> = new Set(['INNER', 'LEFT', 'RIGHT'])

/** Types whose equal values are one value, and have a literal. */
const MATCHED_TYPES: ReadonlySet<SqlType['kind']> = new Set(['INTEGER', 'BIGINT', 'STRING'])

const canMatch = (a: SqlType, b: SqlType): boolean => a.kind === b.kind && MATCHED_TYPES.has(a.kind)

const columnOf = (source: DataSource | undefined, name: string): Column | undefined =>
  source === undefined ? undefined : [...source.schema.key, ...source.schema.value].find((one) => one.name === name)

const matchOf = ({ column }: OwnedColumn, other: OwnedColumn): ColumnMatch => ({
  column,
  source: other.source.name,
  sourceColumn: other.column.name,
})

const unqualified = (expression: Expression): Expression =>
  rewrite(expression, (node) => (node.kind === 'columnReference' ? { ...node, qualifier: null } : null))
