/** Calls of every function with random arguments. A function gives a value or throws an Error with a message; no other class of error. */

import fc from 'fast-check'
import { bindScalar, bindTable } from '../../src/functions/bind.ts'
import { untimedBudget } from '../../src/functions/budget.ts'
import type {
  AggregateFunction,
  FunctionContext,
  FunctionDeclaration,
  Lambda,
  Parameter,
  ScalarFunction,
} from '../../src/functions/declaration.ts'
import { BUILT_IN_FUNCTIONS } from '../../src/functions/index.ts'
import { type ArgumentType, formatArgument, isSqlType } from '../../src/functions/match.ts'
import { allParameters, resolveAggregate, resolveScalar, resolveTable } from '../../src/functions/resolve.ts'
import {
  type Bindings,
  type LambdaPattern,
  parseParameter,
  resolvePattern,
  type TypePattern,
} from '../../src/functions/type-text.ts'
import {
  array,
  BOOLEAN,
  BYTES,
  DATE,
  DOUBLE,
  decimal,
  INTEGER,
  map,
  type SqlType,
  STRING,
  struct,
  TIMESTAMP,
} from '../../src/types/sql-type.ts'
import type { Value } from '../../src/types/value.ts'
import { expectErrors, fuzzTarget } from './target.ts'
import { textFor } from './texts.ts'
import { value } from './values.ts'

const CONTEXT: FunctionContext = { now: () => 0, random: () => 0.5, config: () => undefined, budget: untimedBudget() }

/** What generics are tried with. */
const SAMPLE_TYPES: readonly SqlType[] = [
  ...[INTEGER, DOUBLE, STRING, BOOLEAN, BYTES, DATE, TIMESTAMP, decimal(10, 2)],
  ...[array(STRING), map(STRING, INTEGER), struct([{ name: 'A', type: DOUBLE }])],
]
const GENERICS = ['T', 'K', 'V', 'S', 'R', 'A', 'B', 'C']
/** Results of lambdas: fixed, since a random one could not be told the type that it must have. */
const LAMBDA_RESULT = BOOLEAN
const UNITS_MS = [1, 1000, 60_000, 3_600_000, 86_400_000]
const MAX_VARIADIC = 3
const DECIMALS = [decimal(10, 2), decimal(38, 10), decimal(1, 1)]

interface Call {
  readonly declaration: FunctionDeclaration
  readonly types: readonly ArgumentType[]
  /** Rows of arguments. */
  readonly rows: readonly (readonly (Value | Lambda)[])[]
  /** For the report of a finding. */
  readonly [fc.toStringMethod]: (this: Call) => string
}

function shown(this: Call): string {
  const types = this.types.map(formatArgument).join(', ')
  return `${this.declaration.name}(${types}) of ${this.rows.map((row) => fc.stringify(row)).join(', ')}`
}

export const call: fc.Arbitrary<Call> = fc
  .record({
    declaration: fc.constantFrom(...BUILT_IN_FUNCTIONS),
    variant: fc.nat(),
    extra: fc.nat({ max: MAX_VARIADIC }),
    generics: fc.tuple(...GENERICS.map(() => fc.constantFrom(...SAMPLE_TYPES))),
    decimalType: fc.constantFrom(...DECIMALS),
  })
  .chain(({ declaration, variant, extra, generics, decimalType }) => {
    const bindings: Bindings = new Map(GENERICS.map((name, i) => [name, name === 'S' ? LAMBDA_RESULT : generics[i]!]))
    const args = parametersOf(declaration, variant, extra).map((parameter) => {
      const text = textFor(declaration.category, parameter.name)
      return argument(parseParameter(parameter).pattern, { bindings, decimalType, text })
    })
    const row = fc.tuple(...args.map(({ values }) => values))
    const count = declaration.kind === 'aggregate' ? { minLength: 1, maxLength: 5 } : { minLength: 1, maxLength: 1 }
    const types = args.map(({ type }) => type)
    return fc.array(row, count).map((rows): Call => ({ declaration, types, rows, [fc.toStringMethod]: shown }))
  })

/** The variadic one as often as it takes arguments. */
function parametersOf({ variants }: FunctionDeclaration, index: number, extra: number): readonly Parameter[] {
  return allParameters(variants[index % variants.length]!).flatMap((parameter) =>
    parseParameter(parameter).variadic ? Array<Parameter>(extra).fill(parameter) : [parameter],
  )
}

interface Choices {
  readonly bindings: Bindings
  readonly decimalType: SqlType
  readonly text: fc.Arbitrary<string>
}

interface RandomArgument {
  readonly type: ArgumentType
  readonly values: fc.Arbitrary<Value | Lambda>
}

function argument(pattern: TypePattern, { bindings, decimalType, text }: Choices): RandomArgument {
  if (pattern.kind === 'intervalUnit') return { type: 'INTERVALUNIT', values: fc.constantFrom(...UNITS_MS) }
  if (pattern.kind === 'lambda') return lambda(pattern)
  const type =
    pattern.kind === 'any' ? STRING : pattern.kind === 'decimal' ? decimalType : resolvePattern(pattern, bindings)!
  return { type: withDecimals(type, decimalType), values: value(withDecimals(type, decimalType), text) }
}

/** `ARRAY<DECIMAL>` has no precision of its own. */
const withDecimals = (type: SqlType | null, decimalType: SqlType): SqlType => {
  if (type === null) return decimalType
  return type.kind === 'ARRAY' ? array(withDecimals(type.element, decimalType)) : type
}

const lambda = ({ parameters }: LambdaPattern): RandomArgument => ({
  type: { lambda: parameters.length },
  values: value(LAMBDA_RESULT).map(
    (result): Lambda =>
      () =>
        result,
  ),
})

export function run({ declaration, types, rows }: Call): void {
  expectErrors(['Error', 'BudgetError', 'StatementError', 'JsJodaException'], () => {
    switch (declaration.kind) {
      case 'scalar':
        return void runScalar(declaration, types, rows[0]!)
      case 'table':
        return void bindTable(resolveTable(declaration, types), CONTEXT)(...(rows[0] as Value[]))
      case 'aggregate':
        return runAggregate(declaration, types, rows as readonly (readonly Value[])[])
    }
  })
}

function runScalar(
  declaration: ScalarFunction,
  types: readonly ArgumentType[],
  row: readonly (Value | Lambda)[],
): Value {
  return bindScalar(
    resolveScalar(declaration, types, () => LAMBDA_RESULT),
    CONTEXT,
  )(...row)
}

function runAggregate(
  declaration: AggregateFunction,
  types: readonly ArgumentType[],
  rows: readonly (readonly Value[])[],
): void {
  const { variant, columnCount } = resolveAggregate(declaration, types)
  const columns = (row: readonly Value[]): readonly Value[] => row.slice(0, columnCount)
  const runtime = variant.bind(types.slice(0, columnCount).filter(isSqlType), rows[0]!.slice(columnCount), CONTEXT)
  const state = rows.reduce((before, row) => runtime.add(before, columns(row)), runtime.initialize())
  runtime.result(state)
  const other = runtime.add(runtime.initialize(), columns(rows[0]!))
  runtime.result(runtime.merge(state, other))
  if (runtime.undo === undefined) return
  const undone = rows.reduce((before, row) => runtime.undo!(before, columns(row)), state)
  runtime.result(undone)
}

export const functionCalls = fuzzTarget('function calls', call, run)
