/** Rows of both sides, side by side. */
import { Decimal } from '../../../src/types/decimal.ts'
import type { Content } from './duckdb.ts'

/** The difference as text; null: the same rows, as often, in any order. `key`: columns that are not all NULL in a table. */
export function contentDifference(is: Content, should: Content, key: readonly string[]): string | null {
  const order = [...is.names].sort()
  if (order.join() !== [...should.names].sort().join()) return `columns ${is.names.join()} and ${should.names.join()}`
  const withKey = should.rows.filter(
    (row) => key.length === 0 || key.some((name) => row[should.names.indexOf(name)] !== null),
  )
  const [a, b] = [texts(is, is.rows, order), texts(should, withKey, order)]
  if (a.join('\n') === b.join('\n')) return null
  return `columns ${order.join(', ')}\nis     ${without(a, b).join(' ')}\nshould ${without(b, a).join(' ')}`
}

const texts = ({ names }: Content, rows: Content['rows'], order: readonly string[]): string[] =>
  rows.map((row) => `(${order.map((name) => plain(row[names.indexOf(name)])).join(', ')})`).sort()

/** The rows that the others have not, each as often as it is missing there. */
function without(rows: readonly string[], others: readonly string[]): string[] {
  const left = new Map<string, number>()
  for (const row of others) left.set(row, (left.get(row) ?? 0) + 1)
  return rows.filter((row) => {
    const count = left.get(row) ?? 0
    left.set(row, count - 1)
    return count <= 0
  })
}

/** Numbers of all types as the same text; a mean to six digits. */
function plain(value: unknown): string {
  if (value === null || value === undefined) return 'NULL'
  if (typeof value === 'string') return `'${value}'`
  if (typeof value === 'boolean') return String(value)
  const number = value instanceof Decimal ? value.toNumber() : Number(value)
  return String(Math.round(number * 1e6) / 1e6 + 0)
}
