/** A connector at work on this server, whatever its kind. */
import type { ConnectorSpec, ConnectorStatus } from './connector-spec.ts'

export interface RunningConnector {
  readonly spec: ConnectorSpec
  /** Starts tasks of slots that are owned now and ends the others; resolves when those have ended, with their work committed. */
  place(slots: ReadonlySet<number>, isPaused: boolean): Promise<void>
  status(): Promise<ConnectorStatus>
  /** Ends all tasks, with their work committed. */
  close(): Promise<void>
}
