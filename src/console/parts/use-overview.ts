/** The state of the whole server, read each second while a view shows it. */
import { useEffect, useState } from 'preact/hooks'
import type { Overview } from '../../engine/describe/overview.ts'
import { getJson } from '../api/http.ts'
import { type Rates, ratesOf, withSnapshot } from '../api/rates.ts'
import { usePoll } from './use-poll.ts'

export const OVERVIEW_MS = 1000

export interface LiveOverview {
  readonly overview: Overview | null
  readonly rates: Rates
  readonly error: string | null
  readonly refresh: () => void
}

/** Snapshots of the last seconds; they outlive a change of views. */
let snapshots: Overview[] = []

export function useOverview(): LiveOverview {
  const { data, error, refresh } = usePoll('overview', OVERVIEW_MS, (signal) =>
    getJson<Overview>('/console/api/overview', { signal }),
  )
  const [rates, setRates] = useState<Rates>(() => ratesOf(snapshots))
  useEffect(() => {
    if (data === null) return
    snapshots = withSnapshot(snapshots, data)
    setRates(ratesOf(snapshots))
  }, [data])
  return { overview: data, rates, error, refresh }
}
