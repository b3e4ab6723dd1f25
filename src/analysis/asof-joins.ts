/** ASOF JOIN: a row of a stream with the latest row of the other side that has the same key and is not later. */
import type { Comparison, Expression, Join } from '../sql/ast/query.ts'
import { ROWTIME } from '../types/schema.ts'
import type { AnalyzedSource, AsofCondition, GeneralJoin } from './analysis.ts'
import { refuse } from './errors.ts'

const ADVICE = 'Write ON a.k = b.k AND a.t >= b.t.'

/** The comparison of times, which is all that ON says beside equalities. `residual`: those conditions. */
export function asofParts(
  join: Join,
  residual: readonly Expression[],
  sideOf: (expression: Expression) => 'left' | 'right' | null,
): AsofCondition {
  const [only] = residual
  if (only === undefined || residual.length > 1 || only.kind !== 'comparison')
    return refuse(`ASOF JOIN takes equalities and one comparison of times. ${ADVICE}`, join.criteria.location)
  const [left, right] = [sideOf(only.left), sideOf(only.right)]
  const isMirrored = left === 'right' && right === 'left'
  if (!isMirrored && !(left === 'left' && right === 'right'))
    refuse(`Each side of the comparison of times reads one side of the ASOF JOIN. ${ADVICE}`, only.location)
  const operator = isMirrored ? MIRRORED[only.operator] : only.operator
  if (operator !== '>=' && operator !== '>')
    refuse(`ASOF JOIN finds the latest row that is not later, by >= or >. ${ADVICE}`, only.location)
  const [own, other] = isMirrored ? [only.right, only.left] : [only.left, only.right]
  return { left: own, right: other, isStrict: operator === '>' }
}

const MIRRORED: Partial<Record<Comparison['operator'], Comparison['operator']>> = { '<=': '>=', '<': '>' }

/** Throws StatementError. `sources`: those of both sides, the last one on the right. */
export function checkAsofJoin(join: Join, general: GeneralJoin, sources: readonly AnalyzedSource[]): void {
  const { location, type, within } = join
  const right = sources.at(-1)!
  if (sources.slice(0, -1).some(({ source }) => source.kind === 'TABLE'))
    refuse(
      'The left side of ASOF JOIN is a stream. To look rows of tables up by time, write the change as a stream.',
      location,
    )
  if (type !== 'INNER' && type !== 'LEFT')
    refuse('ASOF JOIN is INNER or LEFT: each left row has one match at most.', location)
  if (within !== null)
    refuse('ASOF JOIN has no WITHIN. STATE TTL says how long rows of the right side are found.', within.location)
  if (right.source.kind === 'TABLE') checkVersions(join, general, right)
  else if (general.ttlMs === null) {
    refuse(
      `ASOF JOIN with a stream keeps its rows: say for how long, such as ASOF JOIN ${right.source.name} STATE TTL 1 DAY ON ....`,
      location,
    )
  }
}

/** A table is followed by the versions of its rows. */
function checkVersions({ criteria }: Join, { equations, asof }: GeneralJoin, { alias, source }: AnalyzedSource): void {
  const keys = source.schema.key.map(({ name }) => name)
  const isColumn = (expression: Expression, name: string) =>
    expression.kind === 'columnReference' && expression.qualifier === alias && expression.name === name
  const isByKey =
    equations.length === keys.length && keys.every((name) => equations.some(({ right }) => isColumn(right, name)))
  if (isByKey && source.isQuery !== true && isColumn(asof!.right, ROWTIME)) return
  const conditions = keys.map((name) => `a.x = ${alias}.${name}`)
  refuse(
    `ASOF JOIN finds the version of a table's row, by its primary key and ROWTIME: ON ${conditions.join(' AND ')} AND a.ROWTIME >= ${alias}.ROWTIME. ` +
      'To compare other columns, join a stream.',
    criteria.location,
  )
}
