/** Comparisons of a bare column with something else, from which pull queries read what to look up. */
import type { Comparison, ComparisonOperator, Expression } from '../../sql/ast/query.ts'

export interface ColumnComparison {
  readonly column: string
  readonly operator: ComparisonOperator
  readonly other: Expression
}

const MIRRORED: { readonly [Operator in ComparisonOperator]: ComparisonOperator } = {
  '=': '=',
  '<>': '<>',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
  'IS DISTINCT FROM': 'IS DISTINCT FROM',
  'IS NOT DISTINCT FROM': 'IS NOT DISTINCT FROM',
}

/** With the column on the left; null for anything but a comparison of a bare column. */
export function orientedComparison(condition: Expression): ColumnComparison | null {
  if (condition.kind !== 'comparison') return null
  const { left, right, operator }: Comparison = condition
  if (left.kind === 'columnReference') return { column: left.name, operator, other: right }
  return right.kind === 'columnReference' ? { column: right.name, operator: MIRRORED[operator], other: left } : null
}
