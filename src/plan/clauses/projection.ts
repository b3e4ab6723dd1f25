/** SELECT as a step, and which of its columns are the key of the result. */
import type { Analysis, SelectColumn } from '../../analysis/analysis.ts'
import { alternatives, conjunction } from '../../analysis/errors.ts'
import { StatementError } from '../../errors.ts'
import type { NamedExpression } from '../../operators/step.ts'
import type { Expression as Syntax } from '../../sql/ast/query.ts'
import { type Column, formatColumn } from '../../types/schema.ts'
import type { KeyColumn, PlanBuilder, Relation } from '../builder.ts'
import { typedColumn } from './typed.ts'

/** A column of SELECT over the layout of the relation that it projects. */
export interface ProjectedColumn extends Pick<SelectColumn, 'name' | 'location'> {
  readonly expression: Syntax
}

export interface Projection {
  readonly relation: Relation
  readonly key: readonly Column[]
  readonly value: readonly Column[]
}

/** For a sink: key columns leave the row, named as SELECT names them; the others are the value. */
export function planSinkProjection(
  columns: readonly ProjectedColumn[],
  relation: Relation,
  analysis: Analysis,
  builder: PlanBuilder,
): Projection {
  // A fault in an expression is said first: that a key is missing may only follow from it.
  const typed = new Map(
    columns
      .filter((column) => !relation.key.some((key) => isKeyColumn(key, column)))
      .map((column) => [column, typeColumn(column, relation, builder)]),
  )
  const chosen = chooseKeys(columns, relation, analysis)
  const key = relation.key.map(({ type }, i) => ({ name: chosen[i]!.name, type }))
  const values = columns
    .filter((column) => !chosen.includes(column))
    .map((column) => typed.get(column) ?? typeColumn(column, relation, builder))
  if (values.length === 0 && relation.isComposed !== true) {
    throw new StatementError('The projection contains no value columns. Select a column besides the key.', {
      location: columns[0]?.location,
    })
  }
  refuseDuplicates('key', key, columns)
  refuseDuplicates('value', values, columns)
  return { relation: project(relation, key, values, builder), key, value: values.map(columnOf) }
}

/** For a push query: every column of SELECT is in the row. */
export function planOutputProjection(
  columns: readonly ProjectedColumn[],
  relation: Relation,
  builder: PlanBuilder,
): Relation {
  const values = columns.map((column) => typeColumn(column, relation, builder))
  refuseDuplicates('value', values, columns)
  return project(relation, relation.key, values, builder)
}

const typeColumn = (
  { name, expression }: ProjectedColumn,
  relation: Relation,
  { context }: PlanBuilder,
): NamedExpression => typedColumn(name, expression, relation, context)

function project(
  relation: Relation,
  key: readonly Column[],
  columns: readonly NamedExpression[],
  builder: PlanBuilder,
): Relation {
  const names = key.map(({ name, type }) => ({ name, type }))
  const step = builder.add({ kind: 'project', id: 'Project', input: relation.step, key: names, columns })
  return {
    ...relation,
    step,
    columns: columns.map(columnOf),
    key: names.map((column) => ({ ...column, columns: [column.name] })),
    macros: new Map(),
  }
}

const columnOf = ({ name, type }: Column): Column => ({ name, type })

/** The column of SELECT that is each key column. */
function chooseKeys(columns: readonly ProjectedColumn[], relation: Relation, analysis: Analysis): ProjectedColumn[] {
  const candidates = relation.key.map((key) => candidatesFor(key, columns))
  const missing = relation.key.flatMap((_, i) => (candidates[i]!.length === 0 ? [i] : []))
  if (missing.length > 0) throw missingKeys(missing, relation, analysis)
  relation.key.forEach((key, i) => {
    if (candidates[i]!.length > 1) throw repeatedKey(key, candidates[i]!, relation)
  })
  return candidates.map(([column]) => column!)
}

const isKeyColumn = ({ columns }: KeyColumn, { expression }: ProjectedColumn): boolean =>
  expression.kind === 'columnReference' && columns.includes(expression.name)

/** Columns of SELECT that are just this key column: of the first of its names that SELECT uses. */
function candidatesFor(key: KeyColumn, columns: readonly ProjectedColumn[]): ProjectedColumn[] {
  for (const name of key.columns) {
    const found = columns.filter(({ expression }) => expression.kind === 'columnReference' && expression.name === name)
    if (found.length > 0) return found
  }
  return []
}

function missingKeys(missing: readonly number[], relation: Relation, analysis: Analysis): StatementError {
  if (isForeignKeyResult(analysis)) return missingForeignKey(missing, relation, analysis)
  const isJoin = relation.keyOrigin === 'join expression'
  const texts =
    relation.keyOrigin === 'grouping expression' ? missing.map((i) => relation.keyTexts[i]!) : relation.keyTexts
  const plural = texts.length > 1 ? 's' : ''
  const list = isJoin ? alternatives(texts) : conjunction(texts)
  const example = isJoin ? texts[0]! : texts.join(', ')
  const synthetic = relation.macros.size > 0 ? syntheticAdvice(texts[0]!) : ''
  // Clients match on ksqlDB's wording, with its link.
  return new StatementError(
    `SELECT leaves out ${list}, which the key of the result comes from. See docs/sql.md#keys.\n` +
      'Key missing from projection (ie, SELECT). See https://cnfl.io/2LV7ouS.\n' +
      `The query used to build \`${analysis.sinkName}\` must include the ${relation.keyOrigin}${plural} ${list} ` +
      `in its projection (eg, SELECT ${example}...).${synthetic}`,
    { location: analysis.select[0]?.location },
  )
}

const syntheticAdvice = (name: string): string =>
  `\n${name} was added as a synthetic key column because the join criteria did not match any source column. ` +
  'This expression must be included in the projection and may be aliased.'

const isForeignKeyResult = ({ joins }: Analysis): boolean => joins[joins.length - 1]?.key.kind === 'foreign'

function missingForeignKey(
  missing: readonly number[],
  { key }: Relation,
  { sources, select }: Analysis,
): StatementError {
  const left = sources[0]!
  const { name } = left.source.schema.key[missing[0]!] ?? key[missing[0]!]!
  return new StatementError(
    'Primary key column missing in projection. For foreign-key table-table joins, the projection must include all primary key ' +
      `columns from the left input table (\`${left.alias}\`). Missing column: \`${name}\`.`,
    { location: select[0]?.location },
  )
}

function repeatedKey(key: KeyColumn, columns: readonly ProjectedColumn[], relation: Relation): StatementError {
  const names = columns.map(({ name }) => name).sort()
  const message =
    relation.keyOrigin === 'grouping expression'
      ? `The projection contains a key column more than once: ${conjunction(names.map((name) => `\`${name}\``))}.`
      : `The projection contains a key column (\`${key.name}\`) more than once, aliased as: ${conjunction(names)}.`
  return new StatementError(
    `${message}\nEach key column must only be in the projection once. To put a copy of the key into the value, use AS_VALUE.`,
    { location: columns.at(-1)?.location },
  )
}

/** `select`: the columns of SELECT, for the place of the second. */
export function refuseDuplicates(
  side: 'key' | 'value',
  columns: readonly Column[],
  select: readonly Pick<ProjectedColumn, 'name' | 'location'>[],
): void {
  const seen = new Set<string>()
  const duplicates = columns.filter(({ name }) => seen.size === seen.add(name).size)
  const [first] = duplicates
  if (first === undefined) return
  const texts = duplicates.map((column) => formatColumn(column) + (side === 'key' ? ' KEY' : ''))
  throw new StatementError(
    `Duplicate ${side} columns found in schema: ${texts.join(', ')}. Give one of them an alias.`,
    { location: select.findLast(({ name }) => name === first.name)?.location },
  )
}
