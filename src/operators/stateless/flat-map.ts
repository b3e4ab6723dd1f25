/** Table functions in SELECT: one output row for each element of the longest result; the row is the input row and the elements. */

import { messageOf } from '../../errors.ts'
import { compile } from '../../expressions/compile.ts'
import type { Expression } from '../../expressions/expression.ts'
import { type BoundTableFunction, bindTable } from '../../functions/bind.ts'
import type { TableRows } from '../../functions/declaration.ts'
import { findVariant } from '../../functions/resolve.ts'
import type { Column } from '../../types/schema.ts'
import { STRING } from '../../types/sql-type.ts'
import type { Row } from '../../types/value.ts'
import { readsNoColumns } from '../column-read.ts'
import type { OperatorDefinition } from '../operator.ts'
import type { OperatorContext } from '../operator-context.ts'
import type { StepId } from '../step.ts'
import { textsOf } from '../step-facts.ts'

export interface FlatMapStep {
  readonly kind: 'flatMap'
  readonly id: StepId
  readonly input: StepId
  readonly functions: readonly TableFunctionCall[]
}

/** A call of a table function; `name` and `type` are of the column that it adds. */
export interface TableFunctionCall extends Column {
  readonly function: string
  readonly signature: string
  readonly args: readonly Expression[]
  readonly text: string
}

/** Rows of a record that leave at once. */
const PIECE_ROWS = 1024

/** Shorter results are filled up with NULL; a function that fails is reported and gives no elements. Records without a value end here. */
export const flatMap: OperatorDefinition<FlatMapStep> = {
  label: 'FLAT_MAP',
  peerName: 'StreamFlatMap',
  oldValue: 'ignores',
  usesStreamTime: false,
  passesKey: true,
  expressions: ({ functions }) => functions.flatMap(({ args }) => args),
  reads: readsNoColumns,
  view: null,
  upgrade: (step, next) => [
    { property: 'tableFunctions', before: textsOf(step.functions), after: textsOf(next.functions) },
  ],
  inputs: ({ input }) => [input],
  schema: ({ functions }, [input]) => ({
    ...input!,
    value: [...input!.value, ...functions.map(({ name, type }) => ({ name, type }))],
  }),
  build({ functions }, _inputs, context, emit) {
    const calls = functions.map((call) => compileCall(call, context))
    return {
      inputs: [
        ({ key, window, value, timestamp, headers }) => {
          if (value === null) return
          const results = calls.map((call) => call(value))
          const count = Math.max(...results.map(({ length }) => length))
          let next = 0
          const emitPiece = (): boolean => {
            for (const end = Math.min(count, next + PIECE_ROWS); next < end; next++) {
              const row = [...value, ...results.map((result) => result.at(next) ?? null)]
              emit({ key, window, value: row, oldValue: null, timestamp, headers })
            }
            return next < count
          }
          if (emitPiece()) context.postpone(emitPiece)
        },
      ],
    }
  },
}

/** The elements that the call gives for a row. */
function compileCall(call: TableFunctionCall, context: OperatorContext): (row: Row) => TableRows {
  const elementsOf = bind(call, context)
  const args = call.args.map((arg) => compile(arg, context))
  return (row) => {
    try {
      return elementsOf(...args.map((evaluate) => evaluate(row)))
    } catch (error) {
      context.reportError(`Error computing table function ${call.text}: ${messageOf(error)}`, error)
      return []
    }
  }
}

function bind(call: TableFunctionCall, { functions, functionContext }: OperatorContext): BoundTableFunction {
  const declaration = functions.get(call.function)
  if (declaration.kind !== 'table') throw new Error(`${call.function} is not a table function`)
  const variant = findVariant(declaration, call.signature)
  const parameterTypes = call.args.map(({ type }) => type ?? STRING)
  return bindTable({ declaration, variant, parameterTypes }, functionContext)
}
