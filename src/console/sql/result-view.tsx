/** One result of a run. */
import type { Entity } from '../../engine/describe/entities.ts'
import { Notice } from '../parts/notice.tsx'
import { linkTo } from '../parts/route.ts'
import { LiveTable } from '../table/live-table.tsx'
import { AnswerView } from './answer-view.tsx'
import { answerOf } from './entity-table.ts'
import type { Result } from './run.ts'
import { shortMessage } from './text/diagnostics.ts'

interface ResultViewProps {
  readonly result: Result
  readonly onStop: () => void
}

export function ResultView({ result, onStop }: ResultViewProps) {
  const { content, state, message } = result
  return (
    <div class="result">
      {state === 'failed' && (
        <Notice kind="bad">
          <pre>{shortMessage(message)}</pre>
        </Notice>
      )}
      {content?.kind === 'stream' && (
        <>
          {content.notices.map((notice) => (
            <Notice key={notice} kind="warn">
              {notice} <a href={linkTo('errors')}>Open the processing log</a>
            </Notice>
          ))}
          {(state === 'running' || content.model.columns.length > 0) && (
            <LiveTable model={content.model} isRunning={state === 'running'} onStop={onStop} />
          )}
          {state !== 'running' && state !== 'failed' && message !== '' && <p class="result-end dim">{message}</p>}
        </>
      )}
      {content?.kind === 'note' && <Notice kind="good">{message}</Notice>}
      {content?.kind === 'entities' && content.entities.map((entity, i) => <EntityView key={i} entity={entity} />)}
      {content?.kind === 'entities' && content.entities.length === 0 && <Notice kind="good">Done.</Notice>}
      {content === null && state === 'running' && <p class="dim result-end">Running…</p>}
    </div>
  )
}

function EntityView({ entity }: { readonly entity: Entity }) {
  return (
    <>
      <AnswerView answer={answerOf(entity)} />
      {entity.warnings?.map(({ message }) => (
        <Notice key={message} kind="warn">
          {message}
        </Notice>
      ))}
    </>
  )
}
