/** For each aggregate function, what it is by definition: a function of all values of the group, in the order in which they were added. */
import type { AggregateCall } from '../../src/operators/aggregate/aggregate-call.ts'
import { BOOLEAN, DOUBLE, INTEGER, type SqlType, STRING } from '../../src/types/sql-type.ts'
import type { Value } from '../../src/types/value.ts'
import { aggregateCall, column, literal } from './steps.ts'

/** A row is `[key, V INT, D DOUBLE, S STRING]`: an event's value as three types. */
export const VALUE_TYPES: Readonly<Record<string, SqlType>> = { V: INTEGER, D: DOUBLE, S: STRING }
export const toRow = (key: string, value: number | null): Value[] =>
  value === null ? [key, null, null, null] : [key, value, value / 4, `s${value}`]

export interface Family {
  readonly call: AggregateCall
  readonly of: (values: readonly (number | null)[]) => unknown
  /** Whether it can take rows out again. */
  readonly hasUndo: boolean
  /** If the order of the values can show: whether a merged group has them as they arrived, or first group first. */
  readonly order?: 'arrival' | 'groups'
}

const [V, D, S] = [column(1, INTEGER), column(2, DOUBLE), column(3, STRING)] as const
const int = (value: number) => literal(value, INTEGER)
const no = literal(false, BOOLEAN)
const present = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null)
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)
const descending = (values: readonly number[]): number[] => [...values].sort((a, b) => b - a)
const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)]

export const FAMILIES: readonly Family[] = [
  { call: aggregateCall('COUNT_ALL', 'COUNT', [column(0, STRING)]), of: (all) => all.length, hasUndo: true },
  { call: aggregateCall('COUNT', 'COUNT', [V]), of: (all) => present(all).length, hasUndo: true },
  { call: aggregateCall('SUM', 'SUM', [V]), of: (all) => sum(present(all)), hasUndo: true },
  { call: aggregateCall('SUM_DOUBLE', 'SUM', [D]), of: (all) => sum(present(all)) / 4, hasUndo: true },
  { call: aggregateCall('AVG', 'AVG', [V]), of: (all) => mean(present(all)), hasUndo: true },
  {
    call: aggregateCall('MIN', 'MIN', [V]),
    of: (all) => present(all).sort((a, b) => a - b)[0] ?? null,
    hasUndo: false,
  },
  { call: aggregateCall('MAX', 'MAX', [S]), of: (all) => text(descending(present(all))[0]), hasUndo: false },
  { call: aggregateCall('LIST', 'COLLECT_LIST', [V]), of: (all) => [...all], hasUndo: true, order: 'groups' },
  { call: aggregateCall('SET', 'COLLECT_SET', [V]), of: (all) => distinct(all), hasUndo: false, order: 'groups' },
  {
    call: aggregateCall('TOPK', 'TOPK', [V], [int(3)]),
    of: (all) => descending(present(all)).slice(0, 3),
    hasUndo: false,
  },
  {
    call: aggregateCall('TOPKDISTINCT', 'TOPKDISTINCT', [V], [int(3)]),
    of: (all) => descending(distinct(present(all))).slice(0, 3),
    hasUndo: false,
  },
  {
    call: aggregateCall('EARLIEST', 'EARLIEST_BY_OFFSET', [V]),
    of: (all) => present(all)[0] ?? null,
    hasUndo: false,
    order: 'arrival',
  },
  {
    call: aggregateCall('LATEST', 'LATEST_BY_OFFSET', [V]),
    of: (all) => present(all).at(-1) ?? null,
    hasUndo: false,
    order: 'arrival',
  },
  {
    call: aggregateCall('LATEST_ANY', 'LATEST_BY_OFFSET', [V], [no]),
    of: (all) => all.at(-1) ?? null,
    hasUndo: false,
    order: 'arrival',
  },
  {
    call: aggregateCall('LATEST_TWO', 'LATEST_BY_OFFSET', [V], [int(2)]),
    of: (all) => present(all).slice(-2),
    hasUndo: false,
    order: 'arrival',
  },
  { call: aggregateCall('HISTOGRAM', 'HISTOGRAM', [S]), of: (all) => histogram(present(all)), hasUndo: true },
  {
    call: aggregateCall('ATTR', 'ATTR', [V]),
    of: (all) => (distinct(all).length === 1 ? all[0]! : null),
    hasUndo: true,
  },
  { call: aggregateCall('VARIANCE', 'STDDEV_SAMP', [V]), of: (all) => variance(present(all)), hasUndo: true },
  {
    call: aggregateCall('DEVIATION', 'STDDEV_SAMPLE', [V]),
    of: (all) => Math.sqrt(variance(present(all))),
    hasUndo: true,
  },
  { call: aggregateCall('CORRELATION', 'CORRELATION', [V, V]), of: correlation, hasUndo: true },
  {
    call: aggregateCall('DISTINCT', 'COUNT_DISTINCT', [V]),
    of: (all) => distinct(present(all)).length,
    hasUndo: false,
  },
]

const text = (value: number | undefined): string | null => (value === undefined ? null : `s${value}`)
const mean = (values: readonly number[]): number => (values.length === 0 ? 0 : sum(values) / values.length)

function histogram(values: readonly number[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(`s${value}`, (counts.get(`s${value}`) ?? 0) + 1)
  return counts
}

function variance(values: readonly number[]): number {
  if (values.length < 2) return 0
  const center = mean(values)
  return sum(values.map((value) => (value - center) ** 2)) / (values.length - 1)
}

/** The arguments are a column and itself. */
function correlation(values: readonly (number | null)[]): number {
  return new Set(present(values)).size < 2 ? Number.NaN : 1
}

/** Results as tests compare them: doubles rounded, so that the order of additions does not show; entries of maps without order. */
export function comparable(value: unknown): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? value : Number(value.toFixed(6)) + 0
  if (value instanceof Map) return [...value].sort()
  return value
}
