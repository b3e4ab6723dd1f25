/** Functions of ARRAYs. Positions count from 1. */
import { comparator, equality, hashKey, nullsEqual } from '../../types/compare.ts'
import { valueText } from '../../types/java-text.ts'
import { type SqlType, STRING } from '../../types/sql-type.ts'
import type { Value } from '../../types/value.ts'
import { type Budget, CALL_BYTES } from '../budget.ts'
import {
  type Call,
  type Example,
  type FunctionCost,
  type FunctionDeclaration,
  type Parameter,
  parameter,
  scalar,
} from '../declaration.ts'

type List = readonly Value[]

const array = parameter('array', 'ARRAY<T>', 'the array')
const first = parameter('first', 'ARRAY<T>', 'an array')
const second = parameter('second', 'ARRAY<T>', 'an array')

/** Element type of the first argument. */
const elementOf = ([type]: readonly SqlType[]): SqlType => (type?.kind === 'ARRAY' ? type.element : STRING)

interface ArrayFunction {
  readonly name: string
  readonly cost: FunctionCost
  readonly description: string
  readonly example: Example
  readonly parameters: readonly Parameter[]
  readonly returns: string
  readonly nulls?: 'pass'
}

/** An ARRAY function with one variant; `make` gives the call for arrays of an element type. */
function arrayFunction(declaration: ArrayFunction, make: (element: SqlType) => Call): FunctionDeclaration {
  const { name, cost, description, example, parameters, returns, nulls = 'propagate' } = declaration
  return scalar({
    name,
    cost,
    category: 'ARRAY',
    description,
    example,
    variants: [{ parameters, returns, nulls, bind: (args) => make(elementOf(args)) }],
  })
}

/** Position of `value`, which may be NULL, or -1. */
function finder(element: SqlType): (list: List, value: Value) => number {
  const equal = nullsEqual(equality(element))
  return (list, value) => list.findIndex((item) => equal(item, value))
}

/** The first of each group of equal elements for which `keep` holds. */
function distinct(element: SqlType): (list: List, keep?: (key: unknown) => boolean) => Value[] {
  const keyOf = hashKey(element)
  return (list, keep = () => true) => {
    const seen = new Set()
    return list.filter((item) => {
      const key = keyOf(item)
      if (seen.has(key) || !keep(key)) return false
      seen.add(key)
      return true
    })
  }
}

function keysOf(element: SqlType): (list: List) => ReadonlySet<unknown> {
  const keyOf = hashKey(element)
  return (list) => new Set(list.map(keyOf))
}

/** The element that no other beats; NULLs are passed over. */
function extreme(element: SqlType, beats: (order: number) => boolean): (list: List) => Value {
  const compare = comparator(element)
  return (list) => {
    let found: Value = null
    for (const item of list) {
      if (item !== null && (found === null || beats(compare(item, found)))) found = item
    }
    return found
  }
}

const DIRECTIONS: ReadonlyMap<string, 1 | -1> = new Map([
  ['ASC', 1],
  ['ASCENDING', 1],
  ['DESC', -1],
  ['DESCENDING', -1],
])

/** NULL elements come last in both directions. */
function sorter(element: SqlType, budget: Budget): (list: List, direction?: string) => Value {
  const compare = comparator(element)
  return (list, direction = 'ASC') => {
    const sign = DIRECTIONS.get(direction.trim().toUpperCase())
    if (sign === undefined) return null
    return list.toSorted((a, b) => {
      budget.spend(CALL_BYTES)
      return a === null || b === null ? Number(a === null) - Number(b === null) : sign * compare(a, b)
    })
  }
}

const JOINABLE: ReadonlySet<SqlType['kind']> = new Set(['BOOLEAN', 'INTEGER', 'BIGINT', 'DOUBLE', 'DECIMAL', 'STRING'])

function joiner(element: SqlType, budget: Budget): Call {
  const text = valueText(element)
  return (list: List | null, delimiter: string | null = ',') => {
    if (list === null) return null
    if (!JOINABLE.has(element.kind) && list.some((item) => item !== null)) {
      throw new Error(`error: hit element of type ${element.kind} which is currently not supported`)
    }
    const separator = delimiter ?? ''
    let size = separator.length * Math.max(0, list.length - 1)
    budget.refuseLarger(size)
    return list
      .map((item) => {
        budget.spend(CALL_BYTES)
        const itemText = text(item)
        size += itemText.length
        budget.refuseLarger(size)
        return itemText
      })
      .join(separator)
  }
}

/** `from` and `to` are inclusive, NULL is open. NULL if one of them is out of range; throws if they are in the wrong order. */
function slice(list: List | null, from: number | null, to: number | null): Value {
  if (list === null) return null
  const start = from === null ? 0 : from - 1
  const end = to ?? list.length
  if (start < 0 || end > list.length) return null
  if (start > end) throw new Error(`SLICE cannot go from ${start + 1} to ${end}`)
  return list.slice(start, end)
}

export const arrayFunctions: readonly FunctionDeclaration[] = [
  arrayFunction(
    {
      name: 'ARRAY_CONCAT',
      cost: 'linear',
      description: 'The elements of both arrays, in order. If one array is NULL, the result is the other one.',
      example: { call: 'ARRAY_CONCAT(ARRAY[1, 2], ARRAY[2, 3])', result: '[1, 2, 2, 3]' },
      parameters: [first, second],
      returns: 'ARRAY<T>',
      nulls: 'pass',
    },
    () => (a: List | null, b: List | null) => (a === null || b === null ? (a ?? b) : [...a, ...b]),
  ),
  arrayFunction(
    {
      name: 'ARRAY_CONTAINS',
      cost: 'linear',
      description: 'Whether the array has an element equal to the value; a NULL value matches a NULL element.',
      example: { call: "ARRAY_CONTAINS(ARRAY['a', 'b'], 'b')", result: 'true' },
      parameters: [array, parameter('value', 'T', 'what to look for')],
      returns: 'BOOLEAN',
      nulls: 'pass',
    },
    (element) => {
      const find = finder(element)
      return (list: List | null, value: Value) => list !== null && find(list, value) >= 0
    },
  ),
  arrayFunction(
    {
      name: 'ARRAY_DISTINCT',
      cost: 'linear',
      description: 'The distinct elements, in the order in which they first occur.',
      example: { call: 'ARRAY_DISTINCT(ARRAY[2, 1, 2])', result: '[2, 1]' },
      parameters: [array],
      returns: 'ARRAY<T>',
    },
    (element) => {
      const unique = distinct(element)
      return (list: List) => unique(list)
    },
  ),
  arrayFunction(
    {
      name: 'ARRAY_EXCEPT',
      cost: 'linear',
      description: 'The distinct elements of the first array that the second one does not contain.',
      example: { call: 'ARRAY_EXCEPT(ARRAY[1, 2, 3], ARRAY[2])', result: '[1, 3]' },
      parameters: [first, second],
      returns: 'ARRAY<T>',
    },
    (element) => {
      const unique = distinct(element)
      const keys = keysOf(element)
      return (a: List, b: List) => {
        const excluded = keys(b)
        return unique(a, (key) => !excluded.has(key))
      }
    },
  ),
  arrayFunction(
    {
      name: 'ARRAY_INTERSECT',
      cost: 'linear',
      description: 'The distinct elements that both arrays contain, in the order of the first one.',
      example: { call: 'ARRAY_INTERSECT(ARRAY[1, 2, 3], ARRAY[3, 2])', result: '[2, 3]' },
      parameters: [first, second],
      returns: 'ARRAY<T>',
    },
    (element) => {
      const unique = distinct(element)
      const keys = keysOf(element)
      return (a: List, b: List) => {
        const shared = keys(b)
        return unique(a, (key) => shared.has(key))
      }
    },
  ),
  arrayFunction(
    {
      name: 'ARRAY_UNION',
      cost: 'linear',
      description: 'The distinct elements of both arrays, those of the first one first.',
      example: { call: 'ARRAY_UNION(ARRAY[1, 2], ARRAY[2, 3])', result: '[1, 2, 3]' },
      parameters: [first, second],
      returns: 'ARRAY<T>',
    },
    (element) => {
      const unique = distinct(element)
      return (a: List, b: List) => unique([...a, ...b])
    },
  ),
  scalar({
    name: 'ARRAY_JOIN',
    cost: 'grows',
    category: 'ARRAY',
    description: 'Joins the elements into one text; NULL elements are written as null.',
    example: { call: "ARRAY_JOIN(ARRAY['a', 'b'], '/')", result: 'a/b' },
    variants: [
      {
        parameters: [array],
        returns: 'STRING',
        nulls: 'pass',
        description: 'Separated by commas.',
        bind: (args, _returns, { budget }) => joiner(elementOf(args), budget),
      },
      {
        parameters: [array, parameter('delimiter', 'STRING', 'text between the elements; NULL means none')],
        returns: 'STRING',
        nulls: 'pass',
        bind: (args, _returns, { budget }) => joiner(elementOf(args), budget),
      },
    ],
  }),
  arrayFunction(
    {
      name: 'ARRAY_LENGTH',
      cost: 'constant',
      description: 'The number of elements.',
      example: { call: 'ARRAY_LENGTH(ARRAY[1, 2, 3])', result: '3' },
      parameters: [array],
      returns: 'INT',
    },
    () => (list: List) => list.length,
  ),
  arrayFunction(
    {
      name: 'ARRAY_MAX',
      cost: 'linear',
      description: 'The largest element; NULL if there is none.',
      example: { call: 'ARRAY_MAX(ARRAY[2, 7, 3])', result: '7' },
      parameters: [array],
      returns: 'T',
    },
    (element) => extreme(element, (order) => order > 0),
  ),
  arrayFunction(
    {
      name: 'ARRAY_MIN',
      cost: 'linear',
      description: 'The smallest element; NULL if there is none.',
      example: { call: 'ARRAY_MIN(ARRAY[2, 7, 3])', result: '2' },
      parameters: [array],
      returns: 'T',
    },
    (element) => extreme(element, (order) => order < 0),
  ),
  arrayFunction(
    {
      name: 'ARRAY_REMOVE',
      cost: 'linear',
      description: 'The array without the elements equal to the value, which may be NULL.',
      example: { call: 'ARRAY_REMOVE(ARRAY[1, 2, 1], 1)', result: '[2]' },
      parameters: [array, parameter('value', 'T', 'what to remove')],
      returns: 'ARRAY<T>',
      nulls: 'pass',
    },
    (element) => {
      const equal = nullsEqual(equality(element))
      return (list: List | null, value: Value) => list?.filter((item) => !equal(item, value)) ?? null
    },
  ),
  scalar({
    name: 'ARRAY_SORT',
    cost: 'linear',
    category: 'ARRAY',
    description: 'The elements in ascending or descending order; NULLs come last.',
    example: { call: "ARRAY_SORT(ARRAY[2, 3, 1], 'DESC')", result: '[3, 2, 1]' },
    variants: [
      {
        parameters: [array],
        returns: 'ARRAY<T>',
        nulls: 'propagate',
        bind: (args, _returns, { budget }) => sorter(elementOf(args), budget),
      },
      {
        parameters: [array, parameter('direction', 'STRING', 'ASC, ASCENDING, DESC or DESCENDING')],
        returns: 'ARRAY<T>',
        nulls: 'propagate',
        description: 'NULL for any other direction.',
        bind: (args, _returns, { budget }) => sorter(elementOf(args), budget),
      },
    ],
  }),
  arrayFunction(
    {
      name: 'SLICE',
      cost: 'linear',
      description:
        'The elements from one position to another, both inclusive. A NULL position means no bound; a position out of range gives NULL.',
      example: { call: "SLICE(ARRAY['a', 'b', 'c'], 2, 3)", result: '[b, c]' },
      parameters: [array, parameter('from', 'INT', 'first position'), parameter('to', 'INT', 'last position')],
      returns: 'ARRAY<T>',
      nulls: 'pass',
    },
    () => slice,
  ),
]
