/** SUM and SUM_LIST. INT and BIGINT wrap around; NULL counts for nothing. */
import { addInt32, addInt64, type Int64, subtractInt32, subtractInt64 } from '../../types/bigint64.ts'
import { Decimal, ensureFits } from '../../types/decimal.ts'
import { type DecimalType, decimal, type SqlType } from '../../types/sql-type.ts'
import type { Value } from '../../types/value.ts'
import {
  type AggregateVariant,
  aggregate,
  type FunctionDeclaration,
  parameter,
  type UndoableRuntime,
} from '../declaration.ts'

/** How values of a type add up. */
export interface Addition {
  readonly zero: Value
  readonly add: (a: Value, b: Value) => Value
  readonly subtract: (a: Value, b: Value) => Value
}

const INT_ADDITION: Addition = {
  zero: 0,
  add: (a, b) => addInt32(a as number, b as number),
  subtract: (a, b) => subtractInt32(a as number, b as number),
}

const BIGINT_ADDITION: Addition = {
  zero: 0,
  add: (a, b) => addInt64(a as Int64, b as Int64),
  subtract: (a, b) => subtractInt64(a as Int64, b as Int64),
}

const DOUBLE_ADDITION: Addition = {
  zero: 0,
  add: (a, b) => (a as number) + (b as number),
  subtract: (a, b) => (a as number) - (b as number),
}

/** Throws where a sum does not fit the type. */
function decimalAddition({ precision, scale }: DecimalType): Addition {
  const checked = (sum: Decimal): Decimal => {
    ensureFits(sum, precision, scale)
    return sum
  }
  return {
    zero: new Decimal(0n, scale),
    add: (a, b) => checked((a as Decimal).add(b as Decimal)),
    subtract: (a, b) => checked((a as Decimal).subtract(b as Decimal)),
  }
}

const identity = (state: Value): Value => state

function sumRuntime({ zero, add, subtract }: Addition): UndoableRuntime {
  return {
    initialize: () => zero,
    add: (state, args) => (args[0] === null ? state : add(state, args[0]!)),
    undo: (state, args) => (args[0] === null ? state : subtract(state, args[0]!)),
    merge: add,
    result: identity,
  }
}

function sumLists({ zero, add, subtract }: Addition): UndoableRuntime {
  const fold = (state: Value, list: Value, step: Addition['add']): Value => {
    let sum = state
    for (const item of (list as readonly Value[] | null) ?? []) if (item !== null) sum = step(sum, item)
    return sum
  }
  return {
    initialize: () => zero,
    add: (state, args) => fold(state, args[0]!, add),
    undo: (state, args) => fold(state, args[0]!, subtract),
    merge: add,
    result: identity,
  }
}

/** The kinds of numbers that SUM_LIST and AVG take, by their type text. */
export const ADDITIONS = [
  ['INT', INT_ADDITION],
  ['BIGINT', BIGINT_ADDITION],
  ['DOUBLE', DOUBLE_ADDITION],
] as const

const decimalType = ([type]: readonly SqlType[]): DecimalType => (type?.kind === 'DECIMAL' ? type : decimal(1, 0))

function sumVariant(type: string, addition: Addition): AggregateVariant {
  return {
    parameters: [parameter('value', type, 'the column to sum')],
    returns: type,
    state: type,
    hasUndo: true,
    bind: () => sumRuntime(addition),
  }
}

export const sumFunctions: readonly FunctionDeclaration[] = [
  aggregate({
    name: 'SUM',
    printedName: 'SUM',
    description: 'Adds up a column; 0 for no rows.',
    variants: [
      ...ADDITIONS.map(([type, addition]) => sumVariant(type, addition)),
      {
        parameters: [parameter('value', 'DECIMAL', 'the column to sum')],
        returns: decimalType,
        state: decimalType,
        description: 'A sum that does not fit the type of the column is an error.',
        hasUndo: true,
        bind: (args) => sumRuntime(decimalAddition(decimalType(args))),
      },
    ],
  }),
  aggregate({
    name: 'SUM_LIST',
    description: 'Adds up the elements of arrays.',
    variants: ADDITIONS.map(([type, addition]) => ({
      parameters: [parameter('list', `ARRAY<${type}>`, 'the column of arrays')],
      returns: type,
      state: type,
      hasUndo: true,
      bind: () => sumLists(addition),
    })),
  }),
]
