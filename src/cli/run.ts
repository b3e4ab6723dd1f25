/** The surroundings of a statement that runs. */
import type { Session } from './cli-session.ts'
import type { Screen } from './output/screen.ts'

export interface Run {
  readonly session: Session
  readonly screen: Screen
  /** Aborted when the user stops the statement. */
  readonly signal: AbortSignal
}
