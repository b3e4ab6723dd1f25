/** WHERE and HAVING as steps. */
import type { Expression as Syntax } from '../../sql/ast.ts'
import { displayExpression } from '../../sql/format.ts'
import type { PlanBuilder, Relation } from '../builder.ts'
import { typedPredicate } from './typed.ts'

/** `predicate`: over layout names. */
export function planFilter(
  predicate: Syntax,
  clause: 'WHERE' | 'HAVING',
  relation: Relation,
  builder: PlanBuilder,
): Relation {
  const step = builder.add({
    kind: relation.kind === 'table' ? 'tableFilter' : 'filter',
    id: clause === 'WHERE' ? 'WhereFilter' : 'Aggregate/HavingFilter',
    input: relation.step,
    predicate: typedPredicate(predicate, clause, relation, builder.context),
    text: displayExpression(predicate),
  })
  return { ...relation, step }
}
