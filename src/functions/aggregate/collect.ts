/** COLLECT_LIST and COLLECT_SET. State: the array itself, changed in place. */
import { type Equality, equality, nullsEqual } from '../../types/compare.ts'
import { array, type SqlType } from '../../types/sql-type.ts'
import type { Value } from '../../types/value.ts'
import { aggregate, type FunctionContext, type FunctionDeclaration, parameter } from '../declaration.ts'

/** `ksql.functions.<name>.limit`: how many elements an array may have; a negative number is none. Throws an Error if the setting is not a number. */
function limitOf(context: FunctionContext, name: string): number {
  const text = context.config(`${name}.limit`)
  if (text === undefined) return Number.POSITIVE_INFINITY
  const limit = Number(text)
  if (!Number.isInteger(limit)) throw new Error(`ksql.functions.${name}.limit must be a whole number, not '${text}'`)
  return limit < 0 ? Number.POSITIVE_INFINITY : limit
}

const list = (state: Value): Value[] => state as Value[]

function removeLast(values: Value[], value: Value, equal: Equality): void {
  const position = values.findLastIndex((item) => equal(item, value))
  if (position >= 0) values.splice(position, 1)
}

const column = [parameter('value', 'T', 'the column')]
const elementEquality = ([type]: readonly SqlType[]): Equality => nullsEqual(equality(type!))
const arrayOf = ([type]: readonly SqlType[]): SqlType => array(type!)

/** A copy, since the state may change before the result has been written. */
const copy = (state: Value): Value => list(state).slice()

export const collectFunctions: readonly FunctionDeclaration[] = [
  aggregate({
    name: 'COLLECT_LIST',
    description: 'All values of a column as an array, including NULLs.',
    example: { call: 'COLLECT_LIST(x)', result: '[2, 1, 2]', over: ['2', '1', '2'] },
    variants: [
      {
        parameters: column,
        returns: 'ARRAY<T>',
        state: arrayOf,
        hasUndo: true,
        bind: (args, _initial, context) => {
          const limit = limitOf(context, 'collect_list')
          const equal = elementEquality(args)
          return {
            initialize: () => [],
            add: (state, values) => {
              if (list(state).length < limit) list(state).push(values[0]!)
              return state
            },
            undo: (state, values) => {
              removeLast(list(state), values[0]!, equal)
              return state
            },
            merge: (first, second) => [...list(first), ...list(second)].slice(0, limit),
            result: copy,
          }
        },
      },
    ],
  }),
  aggregate({
    name: 'COLLECT_SET',
    description: 'The distinct values of a column as an array, in the order in which they first occur.',
    example: { call: 'COLLECT_SET(x)', result: '[2, 1]', over: ['2', '1', '2'] },
    variants: [
      {
        parameters: column,
        returns: 'ARRAY<T>',
        state: arrayOf,
        hasUndo: false,
        bind: (args, _initial, context) => {
          const limit = limitOf(context, 'collect_set')
          const equal = elementEquality(args)
          const include = (values: Value[], value: Value): Value[] => {
            if (values.length < limit && !values.some((item) => equal(item, value))) values.push(value)
            return values
          }
          return {
            initialize: () => [],
            add: (state, values) => include(list(state), values[0]!),
            merge: (first, second) => list(second).reduce(include, list(first).slice()),
            result: copy,
          }
        },
      },
    ],
  }),
]
