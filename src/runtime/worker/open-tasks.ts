/** Tasks that are opened and closed together. */
import type { RunningTask } from './running-task.ts'

/** All of them; or, if one cannot be opened, none. */
export async function openAll(opening: readonly Promise<RunningTask>[]): Promise<RunningTask[]> {
  const results = await Promise.allSettled(opening)
  const opened = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  const failed = results.find((result) => result.status === 'rejected')
  if (failed === undefined) return opened
  await closeAll(opened)
  throw failed.reason
}

export async function closeAll(tasks: readonly RunningTask[]): Promise<void> {
  await Promise.all(tasks.map((task) => task.close()))
}
