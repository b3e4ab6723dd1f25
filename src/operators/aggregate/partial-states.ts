/** What a partial holds of its records. */
import type { SqlType } from '../../types/sql-type.ts'
import type { Row, Value } from '../../types/value.ts'
import type { OperatorContext } from '../operator-context.ts'
import { type AggregateCall, stateTypes } from './aggregate-call.ts'
import { compileAggregateFunctions } from './aggregate-functions.ts'

export interface PartialStates {
  /** Puts states of no record in the place of those that the row has. */
  readonly reset: (states: Row) => void
  /** Adds a record. Returns about how much memory the states may take more, in characters. */
  readonly add: (states: Row, row: Row) => number
  /** The columns in which they leave. The states are reset before they are used again. */
  readonly take: (states: Row) => Row
}

/** The states of aggregate functions. */
export function functionStates(functions: readonly AggregateCall[], context: OperatorContext): PartialStates {
  const { reset, add } = compileAggregateFunctions(functions, context)
  const texts = textColumns(stateTypes(functions))
  return {
    reset,
    add(states, row) {
      add(states, row)
      let length = 0
      for (const i of texts) length += lengthOf(states[i]!)
      return length
    },
    take: (states) => states,
  }
}

/** The columns that may be long. */
export const textColumns = (types: readonly SqlType[]): number[] =>
  types.flatMap(({ kind }, i) => (kind === 'STRING' || kind === 'BYTES' ? [i] : []))

export const lengthOf = (value: Value): number => (value as string | Uint8Array | null)?.length ?? 0
