/** What a query has still to read: to restore its state, to catch up, or to be replaced by another version. */
import type { QueryOverview } from '../../engine/describe/overview.ts'
import { healthOf } from '../api/query-health.ts'
import type { QueryRates } from '../api/rates.ts'
import { countText, durationText } from '../parts/format.ts'
import { Notice } from '../parts/notice.tsx'

interface QueryProgressProps {
  readonly query: QueryOverview
  readonly rates: QueryRates
}

export function QueryProgress({ query, rates }: QueryProgressProps) {
  const { counts, nextVersion } = query
  return (
    <>
      {counts.restoring > 0 && (
        <Notice kind="warn">
          Its state is being restored: <Done label="Restored" done={counts.restored} left={counts.restoring} />
        </Notice>
      )}
      {healthOf(query, rates) === 'lagging' && (
        <Notice kind="warn">
          It is behind its sources: <Done label="Read" done={counts.recordsIn} left={counts.lagRecords} />
          {rates.recordsIn > 0 && ` At its present rate that takes ${timeFor(counts.lagRecords, rates.recordsIn)}.`}
        </Notice>
      )}
      {nextVersion !== null && (
        <Notice kind={nextVersion.problem === null ? 'good' : 'bad'}>
          A new version, <code>{nextVersion.id}</code>,{' '}
          {nextVersion.isReady ? (
            'is as far as this one, and waits for APPLY.'
          ) : (
            <>
              is being built: <Done label="Built" done={nextVersion.recordsDone} left={nextVersion.recordsLeft} />
            </>
          )}
          {nextVersion.problem !== null && <pre>{nextVersion.problem}</pre>}
        </Notice>
      )}
    </>
  )
}

interface DoneProps {
  readonly label: string
  /** Records. */
  readonly done: number
  readonly left: number
}

function Done({ label, done, left }: DoneProps) {
  return (
    <>
      {countText(done)} records read, {countText(left)} to go.{' '}
      <progress max={Math.max(1, done + left)} value={done} aria-label={label} />
    </>
  )
}

const timeFor = (records: number, perSecond: number): string => durationText((records / perSecond) * 1000)
