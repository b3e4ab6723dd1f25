/** The rows of a query's table, which lie with several tasks: on which servers they are, and all of them as one sequence. */
import { firstRows, type JsonRows } from '../../types/row-json.ts'
import type { Row } from '../../types/value.ts'
import type { TaskAssignment } from '../assignment.ts'
import type { PullRequest, TableParts } from '../query-runtime.ts'
import { lagOf, type StoreLag } from '../store-lag.ts'
import type { Worker, WorkerPull } from '../worker.ts'
import type { MaterializationPartitions } from './materialization-partitions.ts'
import { merge } from './merge.ts'
import type { RunningQuery } from './running-query.ts'

type TableQuery = Pick<RunningQuery, 'findMaterialization' | 'workerOf' | 'standbyWorkerOf' | 'standbys'>

/** Where the rows with these keys are (null: all rows). Null: not known yet. Throws an Error if the query keeps no table. */
export function locateTable(query: TableQuery, keys: PullRequest['keys']): TableParts | null {
  const table = query.findMaterialization()
  if (table === null) return null
  const wanted = tasksOfKeys(table, keys)
  const isHere = ({ slot }: TaskAssignment) => query.workerOf(slot) !== undefined
  const here = wanted.filter(isHere).map(({ partition }) => partition)
  if (here.length === wanted.length) return { here, elsewhere: [] }
  const { lags } = query.standbys
  return {
    here,
    elsewhere: wanted
      .filter((task) => !isHere(task))
      .map(({ id, partition, slot }) => ({
        partition,
        slot,
        standby: query.standbyWorkerOf(slot) === undefined ? null : { lag: lagOfTask(lags, id) },
      })),
  }
}

export interface TablePull {
  readonly queryId: string
  readonly query: TableQuery
  readonly request: PullRequest
  /** Those of `locateTable`, or some of them. Absent: all partitions that have rows with the keys of the request. */
  readonly partitions?: readonly number[]
  /** Whether copies are read where the task is on another server. */
  readonly standbys: boolean
}

/** Throws an Error if a partition is not on this server, or if the query keeps no table. */
export function pullTable(pull: TablePull): AsyncIterable<readonly Row[]> {
  return readTable(pull, (worker, request) => worker.pull(pull.queryId, request), {
    countOf: (batch) => batch.length,
    first: (batch, limit) => batch.slice(0, limit),
  })
}

/** As `pullTable`, with the rows as JSON. */
export function pullTableJson(pull: TablePull): AsyncIterable<JsonRows> {
  return readTable(pull, (worker, request) => worker.pullJson(pull.queryId, request), {
    countOf: ({ count }) => count,
    first: firstRows,
  })
}

interface BatchFacts<Batch> {
  readonly countOf: (batch: Batch) => number
  /** The first rows of a batch that has more. */
  readonly first: (batch: Batch, limit: number) => Batch
}

function readTable<Batch>(
  { queryId, query, request, partitions, standbys }: TablePull,
  read: (worker: Worker, request: WorkerPull) => AsyncIterable<Batch>,
  facts: BatchFacts<Batch>,
): AsyncIterable<Batch> {
  const table = query.findMaterialization()
  if (table === null) throw new Error(`Query ${queryId} does not run.`)
  const byWorker = new Map<Worker, number[]>()
  const tasks =
    partitions === undefined
      ? tasksOfKeys(table, request.keys)
      : table.tasks.filter(({ partition }) => partitions.includes(partition))
  for (const { partition, slot } of tasks) {
    const worker = query.workerOf(slot) ?? (standbys ? query.standbyWorkerOf(slot) : undefined)
    if (worker === undefined)
      throw new Error(`Partition ${partition} of query ${queryId} is not at work on this server.`)
    byWorker.set(worker, [...(byWorker.get(worker) ?? []), partition])
  }
  const parts = [...byWorker].map(([worker, onWorker]) => read(worker, { ...request, partitions: onWorker, standbys }))
  const rows = parts.length === 1 ? parts[0]! : merge(parts)
  return request.form.limit === null ? rows : limited(rows, request.form.limit, facts)
}

function tasksOfKeys(
  { tasks, partitionOf }: MaterializationPartitions,
  keys: PullRequest['keys'],
): readonly TaskAssignment[] {
  if (keys === null || partitionOf === null) return tasks
  const partitions = new Set(keys.map(partitionOf))
  if (partitions.has(null)) return tasks
  return tasks.filter(({ partition }) => partitions.has(partition))
}

/** Records that the copy of a task lags behind, the most of its stores; null: not known. */
function lagOfTask(lags: readonly StoreLag[], taskId: string): number | null {
  const own = lags.filter((lag) => lag.taskId === taskId).map(lagOf)
  return own.length === 0 || own.includes(null) ? null : Math.max(...own.map(Number))
}

async function* limited<Batch>(
  batches: AsyncIterable<Batch>,
  limit: number,
  { countOf, first }: BatchFacts<Batch>,
): AsyncIterable<Batch> {
  let left = limit
  if (left <= 0) return
  for await (const batch of batches) {
    const count = countOf(batch)
    yield count <= left ? batch : first(batch, left)
    left -= count
    if (left <= 0) return
  }
}
