/** JOIN: criteria, kinds, windows, and what the result is keyed by. */
import { placing } from '../errors.ts'
import type { KeyWindow } from '../metastore/data-source.ts'
import type { ColumnReference, Comparison, Expression, Join } from '../sql/ast/query.ts'
import { displayExpression } from '../sql/format.ts'
import { equalExpressions, walk } from '../sql/walk.ts'
import type { AnalyzedJoin, AnalyzedSource, JoinKey, JoinWindow } from './analysis.ts'
import { durationMs } from './durations.ts'
import { refuse } from './errors.ts'
import { analyzeGeneralJoin, isGeneralJoin } from './general-joins.ts'
import { resolveNames } from './resolve-names.ts'
import { stateTtlMs } from './state-ttl.ts'

/** A side of the tree while it grows: what it is and how it is keyed. */
interface Side {
  readonly isTable: boolean
  /** Expressions that equal its key, most natural first; empty if there is no key of one column. */
  readonly keyedBy: readonly Expression[]
  readonly sources: readonly AnalyzedSource[]
}

/** `ttlMs`: how long the query keeps rows that nothing else bounds; null: for good. */
export function analyzeJoins(
  joins: readonly Join[],
  sources: readonly AnalyzedSource[],
  ttlMs: number | null = null,
): AnalyzedJoin[] {
  refuseKafkaValues(joins, sources)
  const general = generalJoins(joins, sources, ttlMs)
  const criteria = joins.map((join, i) =>
    general[i] === true
      ? null
      : placing(join.criteria.location, () => {
          const equation = equality(join, sources.slice(0, i + 2))
          return { equation, sides: orient(equation, sources[i + 1]!) }
        }),
  )
  const analyzed: AnalyzedJoin[] = []
  let left = sourceSide(sources[0]!)
  joins.forEach((join, i) => {
    const one = criteria[i] ?? null
    const result = placing(join.location, () =>
      one === null
        ? analyzeGeneralJoin(join, sources, i + 1, stateTtlMs(join) ?? ttlMs)
        : analyzeJoin(join, one, left, sources),
    )
    analyzed.push(result)
    left = {
      isTable: isTableAfter(join, left.isTable, sources[i + 1]!, one === null),
      keyedBy: one === null ? [] : resultKeyedBy(result, left),
      sources: sources.slice(0, i + 2),
    }
  })
  return analyzed
}

/** Which joins are not of ksqlDB's kinds. */
function generalJoins(joins: readonly Join[], sources: readonly AnalyzedSource[], ttlMs: number | null): boolean[] {
  const [first] = sources as readonly [AnalyzedSource]
  let left = { isTable: first.source.kind === 'TABLE', isComposed: first.source.isQuery === true }
  return joins.map((join, i) => {
    const right = sources[i + 1]!
    const isGeneral = isGeneralJoin(join, left, right, stateTtlMs(join) ?? ttlMs)
    left = {
      isTable: isTableAfter(join, left.isTable, right, isGeneral),
      isComposed: left.isComposed || isGeneral || right.source.isQuery === true,
    }
    return isGeneral
  })
}

/** A join of streams that keeps rows without a match takes them back when one comes, so that it gives a table. */
function isTableAfter({ type, asof }: Join, leftIsTable: boolean, right: AnalyzedSource, isGeneral: boolean): boolean {
  if (asof === true) return false
  const rightIsTable = right.source.kind === 'TABLE'
  return isGeneral ? leftIsTable || rightIsTable || type !== 'INNER' : leftIsTable && rightIsTable
}

const sourceSide = (source: AnalyzedSource): Side => ({
  isTable: source.source.kind === 'TABLE',
  keyedBy: keyColumns(source),
  sources: [source],
})

const keyColumns = ({ alias, source }: AnalyzedSource): ColumnReference[] =>
  source.schema.key.length === 1
    ? [{ kind: 'columnReference', qualifier: alias, name: source.schema.key[0]!.name }]
    : []

function refuseKafkaValues(joins: readonly Join[], sources: readonly AnalyzedSource[]): void {
  if (joins.length === 0) return
  const kafka = sources.filter(({ source }) => source.valueFormat.format === 'KAFKA').map(({ source }) => source.name)
  if (kafka.length > 0) {
    refuse(
      `Source(s) ${kafka.join(', ')} are using the 'KAFKA' value format. This format does not yet support JOIN.` +
        "\nRead the topic with another format, or copy it with CREATE STREAM ... WITH (VALUE_FORMAT='JSON') AS SELECT first.",
    )
  }
}

interface Criteria {
  readonly equation: Comparison
  readonly sides: Sides
}

function analyzeJoin(
  join: Join,
  { equation, sides }: Criteria,
  left: Side,
  sources: readonly AnalyzedSource[],
): AnalyzedJoin {
  const right = left.sources.length
  const rightSource = sources[right]!
  const window = joinWindow(join)
  const isForeign = isForeignKeyJoin(left, rightSource, sides.left)
  if (isForeign && left.sources.length > 1) {
    refuse(
      `Invalid join condition: foreign-key table-table joins are not supported as part of n-way joins. Got ${displayExpression(sides.left)} = ${displayExpression(sides.right)}.`,
    )
  }
  if (isForeign && [...left.sources, rightSource].some(({ source }) => source.window !== null)) {
    refuse('Foreign-key table-table joins are not supported on windowed tables.')
  }
  checkKinds(join, left, rightSource, window, isForeign)
  placing(join.criteria.location, () => checkTableKey(left, rightSource, sides, equation))
  checkWindowedSources(left, rightSource)
  return {
    type: join.type,
    right,
    leftExpression: sides.left,
    rightExpression: sides.right,
    leftText: displayExpression(sides.left),
    rightText: displayExpression(sides.right),
    leftAlias: sides.leftAlias,
    window,
    key: isForeign ? foreignKey(left) : resultKey(join, sides, left, sources),
    general: null,
  }
}

/** The one equality of ON, with names resolved over all sources up to this one. */
function equality({ criteria }: Join, sources: readonly AnalyzedSource[]): Comparison {
  if (criteria.kind === 'logicalBinary') {
    refuse(
      `Invalid join condition: joins on multiple conditions are not yet supported. Got ${displayExpression(criteria)}.`,
      criteria.location,
    )
  }
  if (criteria.kind !== 'comparison' || criteria.operator !== '=') {
    refuse(
      `Only equality join criteria is supported. Got ${displayExpression(criteria)}. Write ON left.column = right.column.`,
      criteria.location,
    )
  }
  return resolveNames(criteria, 'JOIN ON', { sources, own: new Set() }) as Comparison
}

interface Sides {
  readonly left: Expression
  readonly right: Expression
  readonly leftAlias: string
}

/** Puts the side that reads the newly joined source to the right. */
function orient(criteria: Comparison, right: AnalyzedSource): Sides {
  const first = oneSource(criteria.left, criteria)
  const second = oneSource(criteria.right, criteria)
  if (first === second) {
    refuse(
      'Each side of the join must reference exactly one source and not the same source. ' +
        `Left side references \`${first}\` and right references \`${second}\``,
    )
  }
  if (second === right.alias) return { left: criteria.left, right: criteria.right, leftAlias: first }
  if (first === right.alias) return { left: criteria.right, right: criteria.left, leftAlias: second }
  return refuse(
    `A join criteria is expected to reference the source (\`${right.alias}\`) in the FROM clause, instead the right source ` +
      `references \`${second}\` and the left source references \`${first}\``,
  )
}

function oneSource(side: Expression, criteria: Comparison): string {
  const aliases = new Set<string>()
  walk(side, (node) => {
    if (node.kind === 'columnReference' && node.qualifier !== null) aliases.add(node.qualifier)
    return undefined
  })
  if (aliases.size === 1) return [...aliases][0]!
  return refuse(
    `Invalid comparison expression '${displayExpression(side)}' in join '${displayExpression(criteria)}'. ` +
      'Each side of the join comparision must contain references from exactly one source.',
  )
}

function joinWindow({ within }: Join): JoinWindow | null {
  if (within === null) return null
  return {
    beforeMs: durationMs(within.before),
    afterMs: durationMs(within.after),
    graceMs: within.grace === null ? null : durationMs(within.grace),
  }
}

const isKeyedBy = ({ keyedBy }: Side, expression: Expression): boolean =>
  keyedBy.some((key) => equalExpressions(key, expression))

const isForeignKeyJoin = (left: Side, right: AnalyzedSource, leftExpression: Expression): boolean =>
  left.isTable && right.source.kind === 'TABLE' && !isKeyedBy(left, leftExpression)

function checkKinds(
  join: Join,
  left: Side,
  right: AnalyzedSource,
  window: JoinWindow | null,
  isForeign: boolean,
): void {
  const rightIsTable = right.source.kind === 'TABLE'
  const leftName = left.sources[0]!.source.name
  const got = (kind: string) => `Got ${leftName} ${kind} ${right.source.name}.`
  if (left.isTable && !rightIsTable) {
    refuse(
      `Invalid join order: table-stream joins are not supported; only stream-table joins. ${got(joinWords(join))}`,
      join.location,
    )
  }
  if (!left.isTable && rightIsTable && (join.type === 'FULL' || join.type === 'RIGHT')) {
    const kind = join.type === 'FULL' ? 'full-outer' : 'right-outer'
    refuse(`Invalid join type: ${kind} join not supported for stream-table join. ${got(joinWords(join))}`)
  }
  if (isForeign && (join.type === 'RIGHT' || join.type === 'FULL')) {
    refuse(
      `Invalid join type: ${join.type} OUTER JOIN on a foreign key is not supported. ${got(joinWords(join))} Use INNER or LEFT.`,
    )
  }
  placing(join.within?.location, () => checkWithin(left, rightIsTable, window))
}

function joinWords({ type }: Join): string {
  switch (type) {
    case 'INNER':
      return '[INNER] JOIN'
    case 'LEFT':
      return 'LEFT [OUTER] JOIN'
    case 'RIGHT':
      return 'RIGHT [OUTER] JOIN'
    case 'FULL':
      return '[FULL] OUTER JOIN'
    case 'SEMI':
    case 'ANTI':
      return `${type} JOIN`
  }
}

function checkWithin(left: Side, rightIsTable: boolean, window: JoinWindow | null): void {
  if (!left.isTable && !rightIsTable) {
    if (window !== null) return
    refuse(
      'Stream-Stream joins must have a WITHIN clause specified. None was provided.' +
        '\nSay how far apart in time two records may be, for instance: WITHIN 1 HOUR. ' +
        'To join rows that are at hand, whatever their time, say how long they are kept: STATE TTL 1 DAY.',
    )
  }
  if (window === null) return
  const kinds = left.isTable ? 'Table-Table' : 'Stream-Table'
  refuse(
    `A window definition was provided for a ${kinds} join. These joins are not windowed. Please drop the window definition (ie, the WITHIN clause).`,
  )
}

/** Tables join on their whole primary key, and both sides have one type (checked by the planner, which knows types). */
function checkTableKey(left: Side, right: AnalyzedSource, sides: Sides, criteria: Comparison): void {
  if (right.source.kind !== 'TABLE') return
  if (isKeyedBy(sourceSide(right), sides.right)) return
  const got = `Got ${displayExpression(criteria.left)} = ${displayExpression(criteria.right)}.`
  refuse(
    left.isTable
      ? `Invalid join condition: table-table joins require to join on the primary key of the right input table. ${got}`
      : `Invalid join condition: stream-table joins require to join on the table's primary key. ${got}`,
  )
}

function checkWindowedSources(left: Side, right: AnalyzedSource): void {
  const first = left.sources[0]!
  const a = first.source.window
  const b = right.source.window
  if (a === null && b === null) return
  const both = `\`${first.source.name}\` is ${windowWords(a)}\n\`${right.source.name}\` is ${windowWords(b)}`
  if (a === null || b === null) refuse(`Can not join windowed source to non-windowed source.\n${both}`)
  if ((a.type === 'SESSION') !== (b.type === 'SESSION')) {
    refuse(
      'Incompatible windowed sources: Session windowed sources can only be joined to other session windowed sources, and may still not ' +
        `result in expected behaviour as session bounds must be an exact match for the join to work.\n${both}`,
    )
  }
}

const windowWords = (window: KeyWindow | null): string => (window === null ? 'not windowed' : `${window.type} windowed`)

const foreignKey = (left: Side): JoinKey => {
  const { alias, source } = left.sources[0]!
  return {
    kind: 'foreign',
    columns: source.schema.key.map(({ name }) => ({ kind: 'columnReference', qualifier: alias, name })),
  }
}

const equalToKey = ({ left: expression, right }: Pick<Sides, 'left' | 'right'>, left: Side): readonly Expression[] => [
  ...(isKeyedBy(left, expression) ? left.keyedBy : [expression]),
  right,
]

function resultKeyedBy({ key, leftExpression, rightExpression }: AnalyzedJoin, left: Side): readonly Expression[] {
  switch (key.kind) {
    case 'columns':
      return equalToKey({ left: leftExpression, right: rightExpression }, left)
    case 'foreign':
      return key.columns.length === 1 ? key.columns : []
    case 'synthetic':
      return []
  }
}

/** Columns that equal the key of the result; a full outer join and a join of two expressions have none. Source: ksqlDB `JoinNode`. */
function resultKey(join: Join, sides: Sides, left: Side, sources: readonly AnalyzedSource[]): JoinKey {
  if (join.type !== 'FULL') {
    const columns = equalToKey(sides, left).filter((side): side is ColumnReference => side.kind === 'columnReference')
    if (columns.length > 0) return { kind: 'columns', columns }
  }
  return { kind: 'synthetic', name: syntheticName(sources) }
}

/** `ROWKEY`, or `ROWKEY_1`, ... if a source has such a column. */
function syntheticName(sources: readonly AnalyzedSource[]): string {
  const used = new Set(
    sources.flatMap(({ source: { schema } }) =>
      [...schema.key, ...schema.value, ...schema.headers].map(({ name }) => name),
    ),
  )
  let name = 'ROWKEY'
  for (let i = 1; used.has(name); i++) name = `ROWKEY_${i}`
  return name
}
