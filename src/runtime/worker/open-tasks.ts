/** Tasks that are opened and closed together. */
import type { TaskAssignment } from '../assignment.ts'
import type { RunningTask } from './running-task.ts'

interface OpenAllOptions {
  readonly open: (task: TaskAssignment) => Promise<RunningTask>
  /** Aborted: the task is not wanted any more, and need not open. */
  readonly signal: (task: TaskAssignment) => AbortSignal
}

/** All that are still wanted; or, if one of those cannot be opened, none. */
export async function openAll(
  tasks: readonly TaskAssignment[],
  { open, signal }: OpenAllOptions,
): Promise<RunningTask[]> {
  const results = await Promise.allSettled(tasks.map(open))
  const opened = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  const failed = results.find((result, i) => result.status === 'rejected' && !signal(tasks[i]!).aborted)
  if (failed === undefined) return opened
  await closeAll(opened)
  throw (failed as PromiseRejectedResult).reason
}

export async function closeAll(tasks: readonly RunningTask[]): Promise<void> {
  await Promise.all(tasks.map((task) => task.close()))
}
