import { describe, expect, it } from 'vitest'
import { evaluateConstant } from '../../../src/expressions/constant.ts'
import { bindTable } from '../../../src/functions/bind.ts'
import type { AggregateFunction, Example, TableFunction } from '../../../src/functions/declaration.ts'
import { BUILT_IN_FUNCTIONS } from '../../../src/functions/index.ts'
import { resolveAggregate, resolveTable } from '../../../src/functions/resolve.ts'
import type { FunctionCall, Expression as Syntax } from '../../../src/sql/ast/query.ts'
import { parseExpression } from '../../../src/sql/parse.ts'
import { valueText } from '../../../src/types/java-text.ts'
import { context } from '../expressions/evaluation.ts'

/** Their results are different each time. */
const WITHOUT_EXAMPLE = ['RANDOM', 'UUID']

const constant = (syntax: Syntax) => evaluateConstant(syntax, 'example', { ...context, resolveType: () => undefined })

const typesOf = (constants: readonly ReturnType<typeof constant>[]) => constants.map(({ type }) => type)
const valuesOf = (constants: readonly ReturnType<typeof constant>[]) => constants.map(({ value }) => value)

function scalarResult({ call }: Example): string {
  const { type, value } = constant(parseExpression(call))
  return valueText(type!)(value)
}

function tableResult(declaration: TableFunction, { call }: Example): string {
  const args = (parseExpression(call) as FunctionCall).args.map(constant)
  const resolution = resolveTable(declaration, typesOf(args))
  const rows = bindTable(resolution, context.functionContext)(...valuesOf(args))
  const text = valueText(resolution.returns)
  return Array.from({ length: rows.length }, (_, i) => text(rows.at(i)!)).join(', ')
}

function aggregateResult(declaration: AggregateFunction, { call, over }: Example): string {
  const rows = over!.map((row) => (parseExpression(`F(${row})`) as FunctionCall).args.map(constant))
  const initial = (parseExpression(call) as FunctionCall).args
    .filter(({ kind }) => kind !== 'columnReference')
    .map(constant)
  const { variant, parameterTypes, returns } = resolveAggregate(declaration, typesOf([...rows[0]!, ...initial]))
  const runtime = variant.bind(parameterTypes, valuesOf(initial), context.functionContext)
  const state = rows.reduce((before, row) => runtime.add(before, valuesOf(row)), runtime.initialize())
  return valueText(returns)(runtime.result(state))
}

describe('the example of a function', () => {
  it.each(BUILT_IN_FUNCTIONS.filter(({ name }) => !WITHOUT_EXAMPLE.includes(name)))('is true: $name', (declaration) => {
    const { name, kind, example } = declaration
    expect(example?.call).toContain(`${name}(`)
    const result =
      kind === 'scalar'
        ? scalarResult(example!)
        : kind === 'table'
          ? tableResult(declaration, example!)
          : aggregateResult(declaration, example!)
    expect(result).toBe(example!.result)
  })
})
