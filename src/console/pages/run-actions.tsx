/** Buttons that pause and resume something that runs, or end it. What interrupts or ends it is confirmed first. */
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { execute } from '../api/http.ts'
import { messageOf } from '../api/server-error.ts'
import { Button } from '../parts/button.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { Notice } from '../parts/notice.tsx'
import { navigate } from '../parts/router.ts'

/** A statement that is confirmed first. */
interface Confirmed {
  readonly sql: string
  readonly title: string
  /** What it brings about. */
  readonly effect: ComponentChildren
}

interface RunActionsProps {
  readonly isPaused: boolean
  readonly pause: Confirmed
  readonly resume: { readonly sql: string }
  /** `action`: text of the button. `leadsTo`: the page that is shown afterwards. */
  readonly end: Confirmed & { readonly action: string; readonly leadsTo: string }
  readonly onDone: () => void
}

export function RunActions({ isPaused, pause, resume, end, onDone }: RunActionsProps) {
  const [asked, setAsked] = useState<'pause' | 'end' | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  const run = async (sql: string, then: () => void) => {
    setAsked(null)
    try {
      await execute(sql)
      setFailure(null)
      then()
    } catch (error) {
      setFailure(messageOf(error))
    }
  }
  return (
    <>
      {failure !== null && <Notice kind="bad">{failure}</Notice>}
      {isPaused ? (
        <Button icon="play" onClick={() => void run(resume.sql, onDone)}>
          Resume
        </Button>
      ) : (
        <Button icon="pause" onClick={() => setAsked('pause')}>
          Pause
        </Button>
      )}
      <Button icon="stop" kind="danger" onClick={() => setAsked('end')}>
        {end.action}
      </Button>
      {asked === 'pause' && (
        <Confirm
          title={pause.title}
          action="Pause"
          kind="primary"
          onConfirm={() => void run(pause.sql, onDone)}
          onCancel={() => setAsked(null)}
        >
          {pause.effect}
        </Confirm>
      )}
      {asked === 'end' && (
        <Confirm
          title={end.title}
          action={end.action}
          onConfirm={() => void run(end.sql, () => navigate(end.leadsTo))}
          onCancel={() => setAsked(null)}
        >
          {end.effect}
        </Confirm>
      )}
    </>
  )
}
