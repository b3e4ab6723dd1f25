/** How a query fares, in one word for all views. */
import type { QueryOverview } from '../../engine/describe/overview.ts'
import type { QueryRates } from './rates.ts'

export type Health = 'failed' | 'errors' | 'lagging' | 'restoring' | 'paused' | 'good'

/** A few records behind is the ordinary state of a query that reads in batches. */
export const LAG_RECORDS = 1000
/** A query that is behind by what it reads in this time will not catch up at a glance. */
const LAG_SECONDS = 5

export function healthOf({ state, counts, trouble }: QueryOverview, rates: QueryRates): Health {
  if (state === 'ERROR' || state === 'UNRESPONSIVE') return 'failed'
  if (state === 'PAUSED') return 'paused'
  if (counts.restoring > 0) return 'restoring'
  if (rates.errors > 0 || trouble !== null) return 'errors'
  return counts.lagRecords > Math.max(LAG_RECORDS, rates.recordsIn * LAG_SECONDS) ? 'lagging' : 'good'
}
