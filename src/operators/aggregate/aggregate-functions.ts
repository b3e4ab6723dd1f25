/**
 * The aggregate functions of a step, compiled: they work on one row of states per group. States and their time are changed in place, since
 * new objects for each record cost a tenth of a count; the operator then puts them into its store again.
 */

import { messageOf } from '../../errors.ts'
import { compile } from '../../expressions/compile.ts'
import type { AggregateRuntime } from '../../functions/declaration.ts'
import { findVariant } from '../../functions/resolve.ts'
import type { Row, Value } from '../../types/value.ts'
import { compileColumn, compilePredicate } from '../evaluate.ts'
import type { OperatorContext } from '../operator-context.ts'
import type { AggregateCall } from './aggregate-call.ts'

/** A group as stores hold it; `row` is the row of states. */
export interface GroupState {
  readonly row: Row
  timestamp: number
}

/** An aggregate function that fails on a row is reported and keeps its state; one without a result is reported and NULL. */
export interface AggregateFunctions {
  readonly initialize: () => Row
  /** Puts initial states in the place of those that the row has. */
  readonly reset: (states: Row) => void
  /** Adds initial states for functions that a newer version of the query appended. */
  readonly complete: (states: Row) => Row
  /** Adds a row, or the states of a partial (`recordColumns`). */
  readonly add: (states: Row, row: Row) => void
  /** Takes a row out that was added before. */
  readonly undo: (states: Row, row: Row) => void
  /** The states of two groups that become one, the earlier first. Neither argument is used afterwards. */
  readonly merge: (first: Row, second: Row) => Row
  /** Key columns, then results; shares nothing that a later `add` changes. */
  readonly output: (key: Row, states: Row) => Row
}

/**
 * `recordColumns`: rows with more columns than that are partials (partial-aggregate.ts); absent: there are none. Throws an Error if a stored plan
 * names a function or a variant that is gone.
 */
export function compileAggregateFunctions(
  functions: readonly AggregateCall[],
  context: OperatorContext,
  recordColumns?: number,
): AggregateFunctions {
  const calls = functions.map((call) => compileCall(call, context))
  const count = calls.length
  const addRow = (states: Row, row: Row): void => {
    for (let i = 0; i < count; i++) states[i] = calls[i]!.add(states[i]!, row)
  }
  // An older version of the query may have sent partials of fewer functions.
  const addPartial = (states: Row, row: Row, from: number): void => {
    const end = Math.min(count, row.length - from)
    for (let i = 0; i < end; i++) states[i] = calls[i]!.merge(states[i]!, row[from + i]!)
  }
  return {
    initialize: () => calls.map(({ initialize }) => initialize()),
    reset(states) {
      for (let i = 0; i < count; i++) states[i] = calls[i]!.initialize()
    },
    complete(states) {
      for (let i = states.length; i < count; i++) states.push(calls[i]!.initialize())
      return states
    },
    add:
      recordColumns === undefined
        ? addRow
        : (states, row) => {
            if (row.length > recordColumns) addPartial(states, row, recordColumns)
            else addRow(states, row)
          },
    undo(states, row) {
      for (let i = 0; i < count; i++) states[i] = calls[i]!.undo(states[i]!, row)
    },
    merge: (first, second) => calls.map(({ merge }, i) => merge(first[i]!, second[i]!)),
    output(key, states) {
      const width = key.length
      const row: Row = new Array(width + count)
      for (let i = 0; i < width; i++) row[i] = key[i]!
      for (let i = 0; i < count; i++) row[width + i] = calls[i]!.result(states[i]!)
      return row
    },
  }
}

/** A call by itself, for operators that keep values beside its state. What fails is reported and leaves the state as it is. */
export interface CompiledCall {
  readonly initialize: () => Value
  readonly add: (state: Value, row: Row) => Value
  readonly undo: (state: Value, row: Row) => Value
  readonly merge: (first: Value, second: Value) => Value
  readonly result: (state: Value) => Value
  /** Whether FILTER takes the row. */
  readonly takes: (row: Row) => boolean
  /** The values of the arguments; the array is the same for every row. */
  readonly argumentsOf: (row: Row) => readonly Value[]
  readonly addArguments: (state: Value, args: readonly Value[]) => Value
  readonly undoArguments: (state: Value, args: readonly Value[]) => Value
}

export function compileCall(call: AggregateCall, context: OperatorContext): CompiledCall {
  const { initialize, add, undo, merge, result } = bind(call, context)
  const argumentsOf = compileArguments(call, context)
  const report = (error: unknown): void =>
    context.reportError(`Error aggregating ${call.text}: ${messageOf(error)}`, error)
  const { filter, text } = call
  const takes = filter === undefined ? () => true : compilePredicate({ predicate: filter, text }, context)
  const addArguments = (state: Value, args: readonly Value[]): Value => {
    try {
      return add(state, args)
    } catch (error) {
      report(error)
      return state
    }
  }
  const undoArguments = (state: Value, args: readonly Value[]): Value => {
    try {
      return undo === undefined ? state : undo(state, args)
    } catch (error) {
      report(error)
      return state
    }
  }
  return {
    initialize,
    takes,
    argumentsOf,
    addArguments,
    undoArguments,
    add: (state, row) => (takes(row) ? addArguments(state, argumentsOf(row)) : state),
    undo: (state, row) => (takes(row) ? undoArguments(state, argumentsOf(row)) : state),
    merge,
    result(state) {
      try {
        return detached(result(state))
      } catch (error) {
        report(error)
        return null
      }
    },
  }
}

function bind(call: AggregateCall, context: OperatorContext): AggregateRuntime {
  const declaration = context.functions.get(call.function)
  if (declaration.kind !== 'aggregate') throw new Error(`${call.function} is not an aggregate function`)
  const variant = findVariant(declaration, call.signature)
  const initial = call.initial.map((literal) => compile(literal, context)([]))
  return variant.bind(call.argTypes, initial, context.functionContext)
}

/** The values of the call's arguments. The array is the same for every row: functions keep values, not the array. */
function compileArguments(
  { args, text, name }: AggregateCall,
  context: OperatorContext,
): (row: Row) => readonly Value[] {
  const evaluators = args.map((expression, index) => compileColumn({ expression, text, name }, index, context))
  const values: Value[] = new Array(args.length).fill(null)
  return (row) => {
    for (let i = 0; i < values.length; i++) values[i] = evaluators[i]!(row)
    return values
  }
}

/** A result may be the state itself, which changes with the next row. */
function detached(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.slice()
  return value instanceof Map ? new Map(value) : value
}
