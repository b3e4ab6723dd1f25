/** A condition as OR of ANDs, with IN and BETWEEN spelled out as comparisons: what lookups of pull queries are read from. */
import type { Between, Comparison, ComparisonOperator, Expression, In } from '../../sql/ast/query.ts'

/** The conditions of one disjunct; all must hold. */
export type Conjuncts = readonly Expression[]

/** Above this many disjuncts a condition is not worth looking into. */
const MAX_DISJUNCTS = 10_000

/** Null: there would be too many. */
export function disjunctsOf(condition: Expression): readonly Conjuncts[] | null {
  switch (condition.kind) {
    case 'logicalBinary': {
      const left = disjunctsOf(condition.left)
      const right = disjunctsOf(condition.right)
      if (left === null || right === null) return null
      return condition.operator === 'OR' ? bounded([...left, ...right]) : product(left, right)
    }
    case 'in':
      return condition.negated ? [[condition]] : bounded(equalities(condition).map((equality) => [equality]))
    case 'between':
      return condition.negated ? [[condition]] : [bounds(condition)]
    default:
      return [[condition]]
  }
}

function product(left: readonly Conjuncts[], right: readonly Conjuncts[]): readonly Conjuncts[] | null {
  if (left.length * right.length > MAX_DISJUNCTS) return null
  return left.flatMap((first) => right.map((second) => [...first, ...second]))
}

const bounded = (disjuncts: readonly Conjuncts[]): readonly Conjuncts[] | null =>
  disjuncts.length > MAX_DISJUNCTS ? null : disjuncts

const equalities = ({ operand, values, location }: In): Comparison[] =>
  values.map((value) => comparison('=', operand, value, location))

const bounds = ({ operand, low, high, location }: Between): Comparison[] => [
  comparison('>=', operand, low, location),
  comparison('<=', operand, high, location),
]

const comparison = (
  operator: ComparisonOperator,
  left: Expression,
  right: Expression,
  location: Expression['location'],
): Comparison => ({ kind: 'comparison', operator, left, right, ...(location && { location }) })
