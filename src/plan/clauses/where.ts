/** WHERE, HAVING and QUALIFY as steps. */
import type { Expression as Syntax } from '../../sql/ast/query.ts'
import { displayExpression } from '../../sql/format.ts'
import type { PlanBuilder, Relation } from '../builder.ts'
import { typedPredicate } from './typed.ts'

const STEP_IDS = { WHERE: 'WhereFilter', HAVING: 'Aggregate/HavingFilter', QUALIFY: 'QualifyFilter' } as const

/** `predicate`: over layout names. */
export function planFilter(
  predicate: Syntax,
  clause: 'WHERE' | 'HAVING' | 'QUALIFY',
  relation: Relation,
  builder: PlanBuilder,
): Relation {
  const step = builder.add({
    kind: relation.kind === 'table' ? 'tableFilter' : 'filter',
    id: STEP_IDS[clause],
    input: relation.step,
    predicate: typedPredicate(predicate, clause, relation, builder.context),
    text: displayExpression(predicate),
  })
  return { ...relation, step }
}
