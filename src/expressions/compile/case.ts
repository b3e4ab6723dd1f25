/** Searched CASE: branches are evaluated only as far as needed. A NULL condition is an error. Source: ksqlDB's SearchedCaseFunction. */
import type { CaseExpression } from '../expression.ts'
import type { Compiler, Evaluator } from './compiler.ts'
import { nullBoolean } from './nulls.ts'

export function compileCase({ whens, otherwise }: CaseExpression, { compile }: Compiler): Evaluator {
  const last: Evaluator = otherwise === null ? () => null : compile(otherwise)
  return whens.reduceRight<Evaluator>(
    (rest, { condition, result }) => when(compile(condition), compile(result), rest),
    last,
  )
}

const when =
  (condition: Evaluator, result: Evaluator, rest: Evaluator): Evaluator =>
  (row) => {
    const holds = condition(row)
    if (holds === null) nullBoolean()
    return holds === true ? result(row) : rest(row)
  }
