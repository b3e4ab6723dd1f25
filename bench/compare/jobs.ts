/** The rows that each of the seven jobs must give. */
import { CITIES, city, order, payment, user, WITHIN_MS } from './data.ts'
import type { Job } from './job-sql.ts'
import { type Cells, RowSum } from './row-sum.ts'

/** Columns of the value that identify a row of a table job, whose last row counts; null: every row counts. */
export const foldColumns = (job: Job): readonly string[] | null =>
  job === 'j3' ? ['UID'] : job === 'j4' ? ['ST', 'WS'] : null

/** What the job gives for `records` of input. */
export function expected(job: Job, records: number): RowSum {
  const sum = new RowSum()
  for (const row of job === 'j6' ? joined(records / 2) : ofUsers(job, records)) sum.add(row)
  return sum
}

function* joined(orders: number): Iterable<Cells> {
  for (let i = 0; i < orders; i++) {
    const { payment: paid, order: number } = payment(i, orders)
    if (number === null) continue
    const { orderid, amount, ts } = order(number)
    const delay = paid.ts - ts
    if (Math.abs(delay) <= WITHIN_MS) yield { orderid, paymentid: paid.paymentid, amount, paid: paid.amount, delay }
  }
}

function* ofUsers(job: Job, records: number): Iterable<Cells> {
  if (job === 'j3') return yield* counts(records)
  if (job === 'j4') return yield* windows(records)
  for (let i = 0; i < records; i++) {
    const { method, path, status, agent, cityNumber, ...row } = user(i)
    const { userid, state, kind, payload, ts } = row
    if (job === 'j1' && state === 'LA') yield { userid, city: row.city, payload }
    if (job === 'j2' && kind === 'machine' && status >= 5000) yield { userid, method, path, status, agent }
    if (job === 'j5' && cityNumber < CITIES) yield { city: row.city, userid, ts, ...city(cityNumber) }
    if (job === 'j7' && state !== 'GA') yield row
  }
}

function* counts(records: number): Iterable<Cells> {
  const byUser = new Map<string, number>()
  for (let i = 0; i < records; i++) {
    const { userid } = user(i)
    byUser.set(userid, (byUser.get(userid) ?? 0) + 1)
  }
  for (const [uid, cnt] of byUser) yield { uid, cnt }
}

const WINDOW_MS = 60_000

function* windows(records: number): Iterable<Cells> {
  const rows = new Map<string, { st: string; ws: number; cnt: number; total: number }>()
  for (let i = 0; i < records; i++) {
    const { state, ts, bytes } = user(i)
    const ws = ts - (ts % WINDOW_MS)
    const row = rows.get(`${state} ${ws}`) ?? { st: state, ws, cnt: 0, total: 0 }
    row.cnt++
    row.total += bytes
    rows.set(`${state} ${ws}`, row)
  }
  yield* rows.values()
}
