/** Random queries: the forms that docs/sql.md#queries-in-queries describes, in one another. */
import { type AggregateOptions, asColumn, randomAggregate } from './aggregates.ts'
import type { Choices } from './choices.ts'
import { conjunction, falseIfNull, type Item } from './expressions.ts'
import { anyOrder, partition, partitionClause, randomOver, totalOrder } from './orders.ts'
import { QueryParts } from './query-parts.ts'
import {
  type Aliased,
  derivedRelation,
  type RandomQuery,
  type RandomRelation,
  type ResultColumn,
  sourceRelation,
} from './relation.ts'
import { list, names, type SqlText, sql, text } from './sql-text.ts'
import { SOURCES, TYPES, type TypeName } from './world.ts'

/** How many sources a query may read, so that its result stays small. */
const MOST_SOURCES = 5
/** A join of two streams, or of four tables. */
const MOST_WEIGHT = 4
const JOINS = ['JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN'] as const

export class RandomQueries {
  readonly #choices: Choices
  readonly #options: AggregateOptions
  readonly #parts: QueryParts
  #sources = 0

  constructor(choices: Choices, options: AggregateOptions) {
    this.#choices = choices
    this.#options = options
    this.#parts = new QueryParts(choices)
  }

  /** `depth`: how many queries may stand in one another. */
  query(depth: number): RandomQuery {
    const forms = [
      () => this.#plain(depth),
      () => this.#grouped(depth),
      () => this.#joined(depth),
      () => this.#setOperation(depth),
      () => this.#distinct(depth),
      () => this.#firstRows(depth),
      () => this.#ranked(depth),
      () => this.#limited(depth),
      () => this.#aggregated(depth),
      () => this.#over(depth),
      () => this.#filteredByQuery(depth),
      () => this.#withTables(depth),
    ]
    return this.#choices.pick(forms)()
  }

  #relation(depth: number): RandomRelation {
    const isLeaf = depth <= 0 || this.#sources >= MOST_SOURCES || !this.#choices.chance(60)
    if (!isLeaf) return derivedRelation(this.query(depth - 1))
    this.#sources++
    const source = sourceRelation(this.#choices.pick(SOURCES))
    return this.#choices.chance(25) ? asQuery(source) : source
  }

  #from(depth: number): Aliased {
    return this.#parts.alias(this.#relation(depth))
  }

  #plain(depth: number): RandomQuery {
    return this.#plainOf(this.#from(depth))
  }

  #plainOf(from: Aliased): RandomQuery {
    const { items, keeps } = this.#parts.itemsOf(from)
    const select = this.#parts.select(items)
    return {
      sql: sql`SELECT ${select.sql} FROM ${from.sql}${this.#parts.where(from.columns)}`,
      columns: select.columns,
      kind: from.relation.kind,
      weight: from.relation.weight,
      unique: keeps ? firstNames(select.columns, from.relation.unique!.length) : null,
    }
  }

  #filteredByQuery(depth: number): RandomQuery {
    const from = this.#from(depth)
    const { items, keeps } = this.#parts.itemsOf(from)
    const select = this.#parts.select(items)
    const condition = this.#queryCondition(from, depth)
    const where = this.#choices.chance(25)
      ? conjunction([condition, this.#parts.expressions(from.columns).condition(1)])
      : condition
    return {
      sql: sql`SELECT ${select.sql} FROM ${from.sql} WHERE ${where}`,
      columns: select.columns,
      kind: 'table',
      weight: from.relation.weight,
      unique: keeps && from.relation.kind === 'table' ? firstNames(select.columns, from.relation.unique!.length) : null,
    }
  }

  /** IN, EXISTS, or a comparison with a value that a query gives. */
  #queryCondition(outer: Aliased, depth: number): SqlText {
    const inner = this.#from(depth - 1)
    const type = this.#choices.pick(['INT', 'STRING', 'BIGINT'] as const)
    const [outside, inside] = [this.#parts.expressions(outer.columns), this.#parts.expressions(inner.columns)]
    const not = this.#choices.pick(['', 'NOT '])
    const own = this.#choices.chance(40) ? sql`${inside.condition(1)} AND ` : text('')
    const equal = falseIfNull(sql`${inside.column(type)} = ${outside.column(type)}`)
    const isOfBoth = (of: SqlText) => of.millrace.includes(`${inner.alias}.`) && of.millrace.includes(`${outer.alias}.`)
    const correlated = isOfBoth(equal) ? equal : text('true')
    return this.#choices.pick<() => SqlText>([
      () =>
        sql`${outside.column(type)} ${not}IN (SELECT ${inside.value(type, 1)} FROM ${inner.sql}${this.#parts.where(inner.columns)})`,
      () => sql`${not}EXISTS (SELECT 1 FROM ${inner.sql} WHERE ${own}${correlated})`,
      () =>
        falseIfNull(
          sql`${outside.value('INT', 1)} ${this.#choices.pick(['>', '<', '='])} (SELECT ${this.#choices.pick(['MAX', 'MIN'])}(${inside.column('INT')}) FROM ${inner.sql}${this.#choices.chance(50) ? sql` WHERE ${correlated}` : text('')})`,
        ),
    ])()
  }

  /**
   * A stream's rows with a NULL in their group are in no group, as in ksqlDB; over changes NULL is a group like others. A table that is grouped directly
   * keeps groups that have lost all rows, as in ksqlDB, and is therefore read by a query in FROM.
   */
  #grouped(depth: number): RandomQuery {
    const relation = this.#relation(depth)
    const from = this.#parts.alias(relation.kind === 'table' ? asQuery(relation) : relation)
    const input = this.#parts.expressions(from.columns)
    const exact = from.columns.filter(({ isExact }) => isExact)
    const groups: Item[] = this.#choices.some(exact, 1).slice(0, 2)
    if (this.#choices.chance(20)) groups.push({ type: 'INT', isExact: true, sql: sql`(${input.column('INT')} + 1)` })
    const distinct = groups.filter(
      (group, i) => groups.findIndex(({ sql: one }) => one.millrace === group.sql.millrace) === i,
    )
    const calls = Array.from({ length: 1 + this.#choices.below(3) }, () =>
      randomAggregate(this.#choices, input, this.#options),
    )
    const select = this.#parts.select([...distinct, ...calls])
    const isOverChanges = relation.kind === 'table' || calls.some((call) => call.sql.duckdb.includes('(DISTINCT '))
    const where = this.#parts.where(from.columns)
    const having = this.#choices.chance(25)
      ? sql` HAVING ${this.#parts.expressions(calls.map(asColumn)).condition(1)}`
      : text('')
    return {
      sql: sql`SELECT ${select.sql} FROM ${from.sql}${isOverChanges ? where : withoutNulls(where, distinct)} GROUP BY ${list(distinct.map((group) => group.sql))}${having}`,
      columns: select.columns,
      kind: 'table',
      weight: from.relation.weight,
      unique: firstNames(select.columns, distinct.length),
    }
  }

  #distinct(depth: number): RandomQuery {
    const from = this.#from(depth)
    const items = this.#parts.itemsOf(from).items.filter(({ isExact }) => isExact)
    const select = this.#parts.select(items.length === 0 ? [this.#parts.expression(from.columns)] : items)
    return {
      sql: sql`SELECT DISTINCT ${select.sql} FROM ${from.sql}${this.#parts.where(from.columns)}`,
      columns: select.columns,
      kind: 'table',
      weight: from.relation.weight,
      unique: select.columns.map(({ name }) => name),
    }
  }

  #setOperation(depth: number): RandomQuery {
    const operator = this.#choices.pick(['UNION', 'UNION ALL', 'INTERSECT', 'EXCEPT', 'INTERSECT ALL', 'EXCEPT ALL'])
    const types = Array.from({ length: 1 + this.#choices.below(3) }, () => this.#choices.pick(TYPES))
    const sides = [this.#side(types, depth), this.#side(types, depth)] as const
    const isStream = operator === 'UNION ALL' && sides.every(({ kind }) => kind === 'stream')
    return {
      sql: sql`${sides[0].sql} ${operator} ${sides[1].sql}`,
      columns: sides[0].columns,
      kind: isStream ? 'stream' : 'table',
      weight: Math.max(sides[0].weight, sides[1].weight),
      unique: operator.endsWith('ALL') ? null : sides[0].columns.map(({ name }) => name),
    }
  }

  #side(types: readonly TypeName[], depth: number): RandomQuery {
    const from = this.#from(depth - 1)
    const input = this.#parts.expressions(from.columns)
    const select = this.#parts.select(types.map((type) => ({ type, isExact: true, sql: input.value(type, 1) })))
    const { kind } = from.relation
    return {
      sql: sql`SELECT ${select.sql} FROM ${from.sql}${this.#parts.where(from.columns)}`,
      columns: select.columns,
      kind,
      weight: from.relation.weight,
      unique: null,
    }
  }

  /** A source is joined with itself, with one of the other kind, and by outer joins beyond ksqlDB's, as a query in FROM. */
  #joined(depth: number): RandomQuery {
    const left = this.#relation(depth)
    const chosen = this.#relation(depth - 1)
    const right = left.weight + chosen.weight > MOST_WEIGHT ? sourceRelation('U') : chosen
    if (left.weight + right.weight > MOST_WEIGHT) return this.#plainOf(this.#parts.alias(left))
    const type = this.#choices.pick(JOINS)
    const isPlain = left.kind === right.kind && (type === 'JOIN' || type === 'LEFT JOIN')
    const isSelf = left.sql.duckdb === right.sql.duckdb
    return this.#joinOf(type, [
      this.#parts.alias(isPlain ? left : asQuery(left)),
      this.#parts.alias(isPlain && !isSelf ? right : asQuery(right)),
    ])
  }

  #joinOf(type: (typeof JOINS)[number], [left, right]: readonly [Aliased, Aliased]): RandomQuery {
    const kinds = [left.relation.kind, right.relation.kind]
    const isStream = kinds.every((kind) => kind === 'stream')
    const ttl = kinds.includes('stream') ? ' STATE TTL 100 DAYS' : ''
    const pair = [...left.columns, ...right.columns]
    const [a, b] = [this.#parts.itemsOf(left), this.#parts.itemsOf(right)]
    const select = this.#parts.select([...a.items, ...b.items])
    const keeps = a.keeps && b.keeps
    return {
      sql: sql`SELECT ${select.sql} FROM ${left.sql} ${type} ${right.sql}${{ millrace: ttl, duckdb: '' }} ON ${this.#joinCondition(left, right)}${this.#parts.where(pair)}`,
      columns: select.columns,
      kind: isStream && type === 'JOIN' ? 'stream' : 'table',
      weight: left.relation.weight + right.relation.weight,
      unique:
        keeps && kinds.every((kind) => kind === 'table') ? joinKey(select.columns, left, right, a.items.length) : null,
    }
  }

  #joinCondition(left: Aliased, right: Aliased): SqlText {
    const [outside, inside] = [this.#parts.expressions(left.columns), this.#parts.expressions(right.columns)]
    const equal = (): SqlText => {
      const type = this.#choices.pick(['INT', 'BIGINT', 'STRING', 'DOUBLE', 'DECIMAL', 'BOOLEAN'] as const)
      return falseIfNull(sql`${outside.column(type)} = ${inside.column(type)}`)
    }
    const other = (): SqlText => falseIfNull(sql`${outside.column('INT')} <= ${inside.column('INT')}`)
    // A stream that joins a table on nothing but its key looks up the row that is there at that moment.
    const looksUp = left.relation.kind !== right.relation.kind
    return this.#choices.pick<() => SqlText>([
      () => (looksUp ? other() : equal()),
      () => conjunction([equal(), other()]),
      () => conjunction([equal(), equal()]),
      () => conjunction([equal(), this.#parts.expressions([...left.columns, ...right.columns]).condition(1)]),
      () => other(),
    ])()
  }

  #firstRows(depth: number): RandomQuery {
    const from = this.#from(depth)
    const { unique, kind } = from.relation
    if (unique === null) return this.#distinct(depth - 1)
    const most = 1 + this.#choices.below(3)
    const order = totalOrder(this.#choices, from.columns, unique)
    const groups = partition(this.#choices, from.columns)
    const { items } = this.#parts.itemsOf(from)
    const number = sql`ROW_NUMBER() OVER (${partitionClause(groups)}ORDER BY ${order})`
    const keyed: Item[] = from.columns.filter(({ name }) => unique.includes(name))
    const select = this.#parts.select([...keyed, ...groups, { sql: number, type: 'BIGINT', isExact: true }, ...items])
    const place = keyed.length + groups.length
    const isQualified = this.#choices.chance(50)
    const plain = sql`SELECT ${select.sql} FROM ${from.sql}${this.#parts.where(from.columns)}`
    return {
      sql: isQualified
        ? sql`${plain} QUALIFY ${number} <= ${most}`
        : sql`SELECT ${names(select.columns)} FROM (${plain}) ${this.#parts.nextAlias()} WHERE ${select.columns[place]!.name} <= ${most}`,
      columns: select.columns,
      kind: 'table',
      weight: from.relation.weight,
      unique:
        kind === 'table'
          ? firstNames(select.columns, keyed.length)
          : select.columns.slice(keyed.length, place + 1).map(({ name }) => name),
    }
  }

  /** The first of each partition with all that share their place. */
  #ranked(depth: number): RandomQuery {
    const from = this.#from(depth)
    const { items, keeps } = this.#parts.itemsOf(from)
    const select = this.#parts.select(items)
    const groups = partition(this.#choices, from.columns)
    const order = anyOrder(this.#choices, from.columns)
    const rank = sql`${this.#choices.pick(['RANK', 'DENSE_RANK'])}() OVER (${partitionClause(groups)}ORDER BY ${order})`
    return {
      sql: sql`SELECT ${select.sql} FROM ${from.sql}${this.#parts.where(from.columns)} QUALIFY ${rank} <= ${1 + this.#choices.below(2)}`,
      columns: select.columns,
      kind: 'table',
      weight: from.relation.weight,
      unique: keeps && from.relation.kind === 'table' ? firstNames(select.columns, from.relation.unique!.length) : null,
    }
  }

  /** The first rows of all. */
  #limited(depth: number): RandomQuery {
    const from = this.#from(depth)
    const { unique, kind } = from.relation
    if (unique === null) return this.#distinct(depth - 1)
    const { items, keeps } = this.#parts.itemsOf(from)
    const select = this.#parts.select(items)
    const order = totalOrder(this.#choices, from.columns, unique)
    const query = sql`SELECT ${select.sql} FROM ${from.sql}${this.#parts.where(from.columns)} ORDER BY ${order} LIMIT ${1 + this.#choices.below(4)}`
    const alias = this.#parts.nextAlias()
    return {
      sql: sql`SELECT ${names(select.columns)} FROM (${query}) ${alias}`,
      columns: select.columns,
      kind: 'table',
      weight: from.relation.weight,
      unique: keeps && kind === 'table' ? firstNames(select.columns, unique.length) : null,
    }
  }

  /** Aggregates of all rows, beside the rows of another relation. Over no rows there is no row. */
  #aggregated(depth: number): RandomQuery {
    const inner = this.#from(depth - 1)
    const input = this.#parts.expressions(inner.columns)
    const calls = Array.from({ length: 1 + this.#choices.below(2) }, () =>
      randomAggregate(this.#choices, input, this.#options),
    )
    const one = this.#parts.select(calls)
    const query = sql`SELECT ${one.sql} FROM ${asQuery(inner.relation).sql} ${inner.alias}${this.#parts.where(inner.columns)}`
    const right = this.#parts.alias({
      sql: sql`(${query}${{ millrace: '', duckdb: ' HAVING COUNT(*) > 0' }})`,
      columns: one.columns,
      kind: 'table',
      weight: 0,
      unique: null,
    })
    const left = this.#parts.alias(asQuery(this.#relation(depth - 1)))
    const { items, keeps } = this.#parts.itemsOf(left)
    const select = this.#parts.select([...items, ...right.columns])
    const condition = this.#parts.expressions([...left.columns, ...right.columns]).condition(1)
    return {
      sql: sql`SELECT ${select.sql} FROM ${left.sql} JOIN ${right.sql} ON ${condition}`,
      columns: select.columns,
      kind: 'table',
      weight: left.relation.weight,
      unique: keeps && left.relation.kind === 'table' ? firstNames(select.columns, left.relation.unique!.length) : null,
    }
  }

  #over(depth: number): RandomQuery {
    const from = this.#from(depth)
    const { unique, kind } = from.relation
    if (unique === null) return this.#distinct(depth - 1)
    const keyed: Item[] = from.columns.filter(({ name }) => unique.includes(name))
    const calls = Array.from({ length: 1 + this.#choices.below(2) }, () =>
      randomOver(this.#choices, from.columns, unique),
    )
    const select = this.#parts.select([...keyed, ...this.#choices.some(from.columns, 0).slice(0, 2), ...calls])
    return {
      sql: sql`SELECT ${select.sql} FROM ${from.sql}${this.#parts.where(from.columns)}`,
      columns: select.columns,
      kind: 'table',
      weight: from.relation.weight,
      unique: kind === 'table' ? firstNames(select.columns, keyed.length) : null,
    }
  }

  /** A query that a name stands for, read once or twice. */
  #withTables(depth: number): RandomQuery {
    const inner = this.query(Math.max(0, depth - 1))
    const name = this.#parts.nextAlias()
    const relation: RandomRelation = { ...inner, sql: text(name) }
    const outer =
      2 * inner.weight > MOST_WEIGHT
        ? this.#plainOf(this.#parts.alias(relation))
        : this.#joinOf(this.#choices.pick(JOINS), [this.#parts.alias(relation), this.#parts.alias(relation)])
    return { ...outer, sql: sql`WITH ${name} AS (${inner.sql}) ${outer.sql}` }
  }
}

/** The relation as a query in FROM, where it is a source. */
const asQuery = (relation: RandomRelation): RandomRelation =>
  relation.sql.duckdb.startsWith('(') ? relation : { ...relation, sql: sql`(SELECT * FROM ${relation.sql})` }

const firstNames = (columns: readonly ResultColumn[], count: number): string[] =>
  columns.slice(0, count).map(({ name }) => name)

/** The unique columns of both sides. */
function joinKey(columns: readonly ResultColumn[], left: Aliased, right: Aliased, onLeft: number): string[] {
  const [a, b] = [left.relation.unique!.length, right.relation.unique!.length]
  return [...columns.slice(0, a), ...columns.slice(onLeft, onLeft + b)].map(({ name }) => name)
}

/** In ksqlDB's dialect a row whose group has a NULL is in no group. */
function withoutNulls(where: SqlText, groups: readonly Item[]): SqlText {
  const tests = groups.map((group) => `${group.sql.duckdb} IS NOT NULL`).join(' AND ')
  return { millrace: where.millrace, duckdb: where.duckdb === '' ? ` WHERE ${tests}` : `${where.duckdb} AND ${tests}` }
}
