/** The state of the whole server, read each second while a view shows it. */
import type { Overview } from '../../engine/describe/overview.ts'
import { getJson } from '../api/http.ts'
import { type Rates, ratesOf, withSnapshot } from '../api/rates.ts'
import { usePoll } from './use-poll.ts'

const POLL_MS = 1000

interface LiveOverview {
  readonly overview: Overview | null
  readonly rates: Rates
  readonly error: string | null
  readonly refresh: () => void
}

/** Snapshots of the last seconds; they outlive a change of views. */
let snapshots: Overview[] = []

const NOT_MEASURED = ratesOf([])

async function readOverview(signal: AbortSignal): Promise<{ overview: Overview; rates: Rates }> {
  const overview = await getJson<Overview>('/console/api/overview', { signal })
  snapshots = withSnapshot(snapshots, overview)
  return { overview, rates: ratesOf(snapshots) }
}

/** One reading is one change of state, so that a view is drawn once for it. */
export function useOverview(): LiveOverview {
  const { data, error, refresh } = usePoll('overview', POLL_MS, readOverview)
  return { overview: data?.overview ?? null, rates: data?.rates ?? NOT_MEASURED, error, refresh }
}
