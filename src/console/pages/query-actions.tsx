/** What can be done with a query; what cannot be undone is confirmed first. */
import { useState } from 'preact/hooks'
import type { QueryOverview } from '../../engine/describe/overview.ts'
import { execute } from '../api/http.ts'
import { messageOf } from '../api/server-error.ts'
import { Button } from '../parts/button.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { Notice } from '../parts/notice.tsx'
import { linkTo } from '../parts/route.ts'
import { navigate } from '../parts/router.ts'

interface QueryActionsProps {
  readonly query: QueryOverview
  readonly onDone: () => void
}

type Verb = 'PAUSE' | 'RESUME' | 'TERMINATE'

export function QueryActions({ query, onDone }: QueryActionsProps) {
  const [asked, setAsked] = useState<Verb | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  const run = async (verb: Verb) => {
    setAsked(null)
    try {
      await execute(`${verb} ${query.id};`)
      setFailure(null)
      if (verb === 'TERMINATE') navigate(linkTo('queries'))
      else onDone()
    } catch (error) {
      setFailure(messageOf(error))
    }
  }
  return (
    <>
      {failure !== null && <Notice kind="bad">{failure}</Notice>}
      {query.state === 'PAUSED' ? (
        <Button icon="play" onClick={() => void run('RESUME')}>
          Resume
        </Button>
      ) : (
        <Button icon="pause" onClick={() => setAsked('PAUSE')}>
          Pause
        </Button>
      )}
      <Button icon="stop" kind="danger" onClick={() => setAsked('TERMINATE')}>
        Terminate
      </Button>
      {asked === 'PAUSE' && (
        <Confirm
          title="Pause this query?"
          action="Pause"
          kind="primary"
          onConfirm={() => void run('PAUSE')}
          onCancel={() => setAsked(null)}
        >
          <p>
            <code>{query.id}</code> stops reading, keeps its state and its place, and continues from there when it is
            resumed.
          </p>
        </Confirm>
      )}
      {asked === 'TERMINATE' && (
        <Confirm
          title="Terminate this query?"
          action="Terminate"
          onConfirm={() => void run('TERMINATE')}
          onCancel={() => setAsked(null)}
        >
          <p>
            <code>{query.id}</code> ends for good, and its state is deleted.
          </p>
          {query.writes !== null && (
            <p>
              <code>{query.writes}</code> and its topic stay, with what was written so far.
            </p>
          )}
        </Confirm>
      )}
    </>
  )
}
