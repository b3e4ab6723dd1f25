/** Whether the server answers, in a corner that is always in sight. */
import { getJson } from './api/http.ts'
import { usePoll } from './parts/use-poll.ts'

interface InfoAnswer {
  readonly KsqlServerInfo: {
    readonly millraceVersion: string
    readonly ksqlServiceId: string
    readonly serverStatus: string
  }
}

const POLL_MS = 5000

export function ServerState() {
  const { data, error } = usePoll('info', POLL_MS, (signal) => getJson<InfoAnswer>('/info', { signal }))
  const info = data?.KsqlServerInfo
  const kind = error !== null ? 'failed' : info?.serverStatus === 'RUNNING' ? 'running' : 'waiting'
  return (
    <div class="server-state" role="status">
      <span class={`dot ${kind}`} />
      {error === null ? (
        <span>
          {info === undefined ? 'Connecting…' : `Millrace ${info.millraceVersion}`}
          {info !== undefined && <span class="dim"> · {info.serverStatus.toLowerCase()}</span>}
        </span>
      ) : (
        <span title={error}>The server does not answer; trying again…</span>
      )}
    </div>
  )
}
