/** Short ways to write the parts of steps in tests. */
import type { ComparisonOperator, Expression } from '../../src/expressions/expression.ts'
import { BUILT_IN_FUNCTIONS } from '../../src/functions/index.ts'
import { createRegistry } from '../../src/functions/registry.ts'
import { resolveAggregate, signatureOf } from '../../src/functions/resolve.ts'
import type { AggregateCall } from '../../src/operators/aggregate/aggregate-call.ts'
import type { NamedExpression, StepSchema } from '../../src/operators/step.ts'
import type { Column } from '../../src/types/schema.ts'
import { BIGINT, BOOLEAN, INTEGER, type SqlType, STRING } from '../../src/types/sql-type.ts'

export const column = (index: number, type: SqlType, name = `C${index}`): Expression => ({
  kind: 'column',
  type,
  index,
  name,
})

export const literal = (value: string | number | boolean | null, type: SqlType | null): Expression => ({
  kind: 'literal',
  type,
  value,
})

export const compare = (left: Expression, operator: ComparisonOperator, right: Expression): Expression => ({
  kind: 'comparison',
  type: BOOLEAN,
  operator,
  left,
  right,
})

/** Division by zero fails when it runs. */
export const divide = (left: Expression, right: Expression): Expression => ({
  kind: 'arithmetic',
  type: INTEGER,
  operator: '/',
  left,
  right,
})

export const named = (name: string, expression: Expression, text = name): NamedExpression => ({
  name,
  type: expression.type!,
  expression,
  text,
})

/** A call of a built-in aggregate function; `initial`: its literal arguments. */
export function aggregateCall(
  name: string,
  functionName: string,
  args: readonly Expression[],
  initial: readonly Expression[] = [],
): AggregateCall {
  const declaration = REGISTRY.get(functionName)
  if (declaration.kind !== 'aggregate') throw new Error(`${functionName} is not an aggregate function`)
  const types = [...args, ...initial].map(({ type }) => type)
  const { variant, returns, state } = resolveAggregate(declaration, types)
  return {
    name,
    type: returns,
    function: functionName,
    signature: signatureOf(variant),
    args,
    argTypes: args.map(({ type }) => type!),
    initial,
    stateType: state,
    text: `${functionName}(...)`,
  }
}

const REGISTRY = createRegistry(BUILT_IN_FUNCTIONS)

export const columns = (types: Readonly<Record<string, SqlType>>): Column[] =>
  Object.entries(types).map(([name, type]) => ({ name, type }))

/** A stream keyed by `K STRING` whose row is `K`, then the columns given. */
export const streamOf = (types: Readonly<Record<string, SqlType>>, rest: Partial<StepSchema> = {}): StepSchema => ({
  kind: 'stream',
  key: [{ name: 'K', type: STRING }],
  window: null,
  value: [{ name: 'K', type: STRING }, ...columns(types)],
  ...rest,
})

export const tableOf = (types: Readonly<Record<string, SqlType>>, rest: Partial<StepSchema> = {}): StepSchema =>
  streamOf(types, { kind: 'table', ...rest })

export const countAll: AggregateCall = aggregateCall('N', 'COUNT', [column(0, STRING)])
export const TIME_COLUMNS: readonly Column[] = columns({ WINDOWSTART: BIGINT, WINDOWEND: BIGINT })
