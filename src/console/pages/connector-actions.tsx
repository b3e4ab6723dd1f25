/** What can be done with a connector that the server runs itself. */
import { quoted } from '../../sql/format-names.ts'
import { linkTo } from '../parts/route.ts'
import { RunActions } from './run-actions.tsx'

interface ConnectorActionsProps {
  readonly name: string
  readonly isPaused: boolean
  readonly onDone: () => void
}

export function ConnectorActions({ name, isPaused, onDone }: ConnectorActionsProps) {
  return (
    <RunActions
      isPaused={isPaused}
      pause={{
        sql: `PAUSE CONNECTOR ${quoted(name)};`,
        title: 'Pause this connector?',
        effect: (
          <p>
            <code>{name}</code> stops, keeps its place, and continues from there when it is resumed.
          </p>
        ),
      }}
      resume={{ sql: `RESUME CONNECTOR ${quoted(name)};` }}
      end={{
        sql: `DROP CONNECTOR ${quoted(name)};`,
        title: 'Drop this connector?',
        action: 'Drop',
        leadsTo: linkTo('connectors'),
        effect: (
          <p>
            <code>{name}</code> ends for good, and its place is forgotten. What it has written stays.
          </p>
        ),
      }}
      onDone={onDone}
    />
  )
}
