/** STATE TTL: how long state is kept, in event time. */
import type { Join, Query } from '../sql/ast/query.ts'
import { durationMs } from './durations.ts'
import { refuse } from './errors.ts'

/** In ms, as the query or join itself says; null: it says nothing. Throws StatementError for no time at all. */
export function stateTtlMs({ stateTtl, location }: Pick<Query | Join, 'stateTtl' | 'location'>): number | null {
  if (stateTtl === undefined) return null
  const ms = durationMs(stateTtl)
  if (ms <= 0)
    refuse('STATE TTL must be more than 0: nothing could be kept. Leave it out to keep state for good.', location)
  return ms
}
