/** Rates and lag of a query over the last hour. */
import { useMemo } from 'preact/hooks'
import type { HistoryAnswer } from '../api/history.ts'
import { getJson } from '../api/http.ts'
import { rateText, wholeText } from '../parts/format.ts'
import { Plot } from '../parts/plot.tsx'
import { usePoll } from '../parts/use-poll.ts'

const POLL_MS = 10_000

export function QueryHistory({ id }: { readonly id: string }) {
  const { data } = usePoll(`history ${id}`, POLL_MS, (signal) =>
    getJson<HistoryAnswer>(`/console/api/history?query=${encodeURIComponent(id)}`, { signal }),
  )
  const plots = useMemo(() => {
    const series = data?.queries[id]
    if (data === null || series === undefined) return null
    const times = data.times.map((ms) => ms / 1000)
    return {
      records: {
        times,
        lines: [
          { label: 'in', values: series.recordsIn },
          { label: 'out', values: series.recordsOut },
        ],
      },
      lag: { times, lines: [{ label: 'lag', values: series.lag }] },
    }
  }, [data, id])
  if (plots === null) return <p class="dim">The first figures come ten seconds after the start of a query.</p>
  return (
    <div class="plots">
      <Plot title="Records in and out" data={plots.records} valueText={rateText} />
      <Plot title="Lag" data={plots.lag} valueText={wholeText} />
    </div>
  )
}
