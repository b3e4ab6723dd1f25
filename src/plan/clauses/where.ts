/** WHERE, HAVING and QUALIFY as steps. */
import type { Expression as Syntax } from '../../sql/ast/query.ts'
import { displayExpression } from '../../sql/format.ts'
import type { PlanBuilder, Relation } from '../builder.ts'
import { typedPredicate } from './typed.ts'

const STEP_IDS = { WHERE: 'WhereFilter', HAVING: 'Aggregate/HavingFilter', QUALIFY: 'QualifyFilter' } as const

/** `predicate`: over layout names. */
export function planFilter(
  predicate: Syntax,
  clause: keyof typeof STEP_IDS,
  relation: Relation,
  builder: PlanBuilder,
): Relation {
  return addFilter(STEP_IDS[clause], predicate, clause, relation, builder)
}

/** The same as a step of that id. */
export function addFilter(
  id: string,
  predicate: Syntax,
  clause: keyof typeof STEP_IDS | 'JOIN',
  relation: Relation,
  builder: PlanBuilder,
): Relation {
  const step = builder.add({
    kind: relation.kind === 'table' ? 'tableFilter' : 'filter',
    id,
    input: relation.step,
    predicate: typedPredicate(predicate, clause, relation, builder.context),
    text: displayExpression(predicate),
  })
  return { ...relation, step }
}
