/** Searched CASE: branches are evaluated only as far as needed. A condition that is NULL does not hold. */
import type { CaseExpression } from '../expression.ts'
import type { Compiler, Evaluator } from './compiler.ts'

export function compileCase({ whens, otherwise }: CaseExpression, { compile }: Compiler): Evaluator {
  const last: Evaluator = otherwise === null ? () => null : compile(otherwise)
  return whens.reduceRight<Evaluator>(
    (rest, { condition, result }) => when(compile(condition), compile(result), rest),
    last,
  )
}

const when =
  (condition: Evaluator, result: Evaluator, rest: Evaluator): Evaluator =>
  (row) =>
    condition(row) === true ? result(row) : rest(row)
