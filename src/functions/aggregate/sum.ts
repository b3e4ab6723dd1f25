/**
 * SUM and SUM_LIST. INT and BIGINT wrap around; NULL values are ignored. A DECIMAL sum is exact inside, whatever its type holds: only its
 * result is checked, so it is NULL while it does not fit and right again once it does.
 */
import { addInt32, addInt64, type Int64, subtractInt32, subtractInt64 } from '../../types/bigint64.ts'
import { Decimal, ensureFits } from '../../types/decimal.ts'
import { type DecimalType, decimal, MAX_PRECISION, type SqlType } from '../../types/sql-type.ts'
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
  /** Whether the sum is the same in whatever order values are added. That of DOUBLE is rounded at each step. */
  readonly isExact: boolean
  readonly zero: Value
  readonly add: (a: Value, b: Value) => Value
  readonly subtract: (a: Value, b: Value) => Value
}

const INT_ADDITION: Addition = {
  isExact: true,
  zero: 0,
  add: (a, b) => addInt32(a as number, b as number),
  subtract: (a, b) => subtractInt32(a as number, b as number),
}

const BIGINT_ADDITION: Addition = {
  isExact: true,
  zero: 0,
  add: (a, b) => addInt64(a as Int64, b as Int64),
  subtract: (a, b) => subtractInt64(a as Int64, b as Int64),
}

export const DOUBLE_ADDITION: Addition = {
  isExact: false,
  zero: 0,
  add: (a, b) => (a as number) + (b as number),
  subtract: (a, b) => (a as number) - (b as number),
}

export const decimalAddition = ({ scale }: DecimalType): Addition => ({
  isExact: true,
  zero: new Decimal(0n, scale),
  add: (a, b) => (a as Decimal).add(b as Decimal),
  subtract: (a, b) => (a as Decimal).subtract(b as Decimal),
})

/** Gives the sum; throws where it does not fit the type. */
function fitting({ precision, scale }: DecimalType): UndoableRuntime['result'] {
  return (sum) => {
    ensureFits(sum as Decimal, precision, scale)
    return sum
  }
}

const identity = (state: Value): Value => state

function sumRuntime({ zero, add, subtract }: Addition, result: UndoableRuntime['result']): UndoableRuntime {
  return {
    initialize: () => zero,
    add: (state, args) => (args[0] === null ? state : add(state, args[0]!)),
    undo: (state, args) => (args[0] === null ? state : subtract(state, args[0]!)),
    merge: add,
    result,
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

/** The kinds of numbers that both functions take, by their type text. */
const ADDITIONS = [
  ['INT', INT_ADDITION],
  ['BIGINT', BIGINT_ADDITION],
  ['DOUBLE', DOUBLE_ADDITION],
] as const

/** The type of a DECIMAL argument; that of a bare NULL is the smallest. */
export const decimalType = ([type]: readonly SqlType[]): DecimalType =>
  type?.kind === 'DECIMAL' ? type : decimal(1, 0)

/** The type that a sum of values of `type` is kept as. */
export const widest = ({ scale }: DecimalType): DecimalType => decimal(MAX_PRECISION, scale)

/** Whether sums of parts may be added up. */
export const partsOf = ({ isExact }: Addition): Pick<AggregateVariant, 'mergesParts'> =>
  isExact ? { mergesParts: true } : {}

function sumVariant(type: string, addition: Addition): AggregateVariant {
  return {
    parameters: [parameter('value', type, 'the column to sum')],
    returns: type,
    state: type,
    ...partsOf(addition),
    hasUndo: true as const,
    bind: () => sumRuntime(addition, identity),
  }
}

export const sumFunctions: readonly FunctionDeclaration[] = [
  aggregate({
    name: 'SUM',
    printedName: 'SUM',
    description: 'The sum of a column. NULLs are ignored; the sum of no values is 0.',
    example: { call: 'SUM(x)', result: '10', over: ['2', '1', '7'] },
    variants: [
      ...ADDITIONS.map(([type, addition]) => sumVariant(type, addition)),
      {
        parameters: [parameter('value', 'DECIMAL', 'the column to sum')],
        returns: decimalType,
        state: (args) => widest(decimalType(args)),
        mergesParts: true,
        description: 'A sum that does not fit the type of the column is NULL, and the processing log says so.',
        hasUndo: true as const,
        bind: (args) => sumRuntime(decimalAddition(decimalType(args)), fitting(decimalType(args))),
      },
    ],
  }),
  aggregate({
    name: 'SUM_LIST',
    description: 'The sum of the elements of all arrays in a column.',
    example: { call: 'SUM_LIST(x)', result: '6', over: ['ARRAY[1, 2]', 'ARRAY[3]'] },
    variants: ADDITIONS.map(([type, addition]) => ({
      parameters: [parameter('list', `ARRAY<${type}>`, 'the column of arrays')],
      returns: type,
      state: type,
      ...partsOf(addition),
      hasUndo: true as const,
      bind: () => sumLists(addition),
    })),
  }),
]
