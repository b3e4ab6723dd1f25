/** How far the secondary indexes of a table are. */

/** Whether an index of a table is ready in all tasks. */
export interface IndexProgress {
  readonly name: string
  readonly readyTasks: number
  readonly tasks: number
}

/** One entry per index, over all tasks or workers. */
export function addIndexProgress(parts: readonly IndexProgress[]): IndexProgress[] {
  const byName = new Map<string, IndexProgress>()
  for (const one of parts) {
    const { readyTasks = 0, tasks = 0 } = byName.get(one.name) ?? {}
    byName.set(one.name, { ...one, readyTasks: readyTasks + one.readyTasks, tasks: tasks + one.tasks })
  }
  return [...byName.values()]
}
