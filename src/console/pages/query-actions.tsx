/** What can be done with a query. */
import type { QueryOverview } from '../../engine/describe/overview.ts'
import { linkTo } from '../parts/route.ts'
import { RunActions } from './run-actions.tsx'

interface QueryActionsProps {
  readonly query: QueryOverview
  readonly onDone: () => void
}

export function QueryActions({ query: { id, state, writes }, onDone }: QueryActionsProps) {
  return (
    <RunActions
      isPaused={state === 'PAUSED'}
      pause={{
        sql: `PAUSE ${id};`,
        title: 'Pause this query?',
        effect: (
          <p>
            <code>{id}</code> stops reading, keeps its state and its place, and continues from there when it is resumed.
          </p>
        ),
      }}
      resume={{ sql: `RESUME ${id};` }}
      end={{
        sql: `TERMINATE ${id};`,
        title: 'Terminate this query?',
        action: 'Terminate',
        leadsTo: linkTo('queries'),
        effect: (
          <>
            <p>
              <code>{id}</code> ends for good, and its state is deleted.
            </p>
            {writes !== null && (
              <p>
                <code>{writes}</code> and its topic stay, with what was written so far.
              </p>
            )}
          </>
        ),
      }}
      onDone={onDone}
    />
  )
}
