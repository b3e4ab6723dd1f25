/** The partitions of a materialization: which tasks have its rows, and which task has a key, by the partitioning of the tasks' input topic. */
import { partitionForKey } from '../../broker/partitioner.ts'
import { GROUP_KEY } from '../../operators/changes/change-key.ts'
import type { StepSchema } from '../../operators/step.ts'
import { keepsTable, type SubTopology, splitTopology, stepSchemas } from '../../plan/topology.ts'
import type { FormatSpec } from '../../serde/format.ts'
import { FORMATS } from '../../serde/index.ts'
import { ByteBuffer } from '../../types/byte-buffer.ts'
import type { Row } from '../../types/value.ts'
import type { QueryAssignment, TaskAssignment } from '../assignment.ts'
import { onlyEncoding } from '../key-encoding.ts'
import { keyWriter } from '../task/record-encoder.ts'

/** A materialization with its partitions. */
export interface MaterializationPartitions {
  /** The tasks that have its rows, by partition. */
  readonly tasks: readonly TaskAssignment[]
  /** Null: keys may be in any partition; so may be a key for which it returns null. Windows do not count, as in Kafka Streams. */
  readonly partitionOf: ((key: Row) => number | null) | null
}

/** Keys of a registered format are placed by bytes that hold the id of their producer's schema. */
const placesByValue = ({ format }: FormatSpec): boolean =>
  format !== 'NONE' && FORMATS[format].schemas?.isRegistered !== true

/** Whether rows lie where an encoded key leads, or the key of rows that were grouped where they lay: not where the columns of the table's key do. */
const isRegrouped = ({ steps }: SubTopology, input: StepSchema['key']): boolean =>
  input.some(({ name }) => name === GROUP_KEY.name) || steps.some((step) => step.kind === 'changeKey' && step.encoded)

/** Throws an Error if the plan keeps no table. */
export function materializationPartitions({
  plan,
  tasks: all,
}: Pick<QueryAssignment, 'plan' | 'tasks'>): MaterializationPartitions {
  const topology = splitTopology(plan.steps).find((one) => keepsTable(one, plan))
  if (topology === undefined) throw new Error(`Query ${plan.queryId} keeps no table that can be read.`)
  const tasks = all.filter((task) => task.topology === topology.index)
  const [input] = topology.reads
  if (input === undefined || !placesByValue(input.keyFormat)) return { tasks, partitionOf: null }
  const { key } = stepSchemas(plan.steps).get(input.id)!
  if (isRegrouped(topology, key)) return { tasks, partitionOf: null }
  // What this server has written is where its own encoding leads.
  const hasOneEncoding = input.kind === 'repartition' ? () => true : onlyEncoding(input.keyFormat, key)
  if (hasOneEncoding === null) return { tasks, partitionOf: null }
  const write = keyWriter({ topic: '', keyFormat: input.keyFormat, key, window: null }, [])
  const bytes = new ByteBuffer()
  const partitionOf = (row: Row) => {
    if (!hasOneEncoding(row)) return null
    bytes.clear()
    write({ key: row, window: null, value: null, oldValue: null, timestamp: 0, headers: null }, bytes)
    return partitionForKey(bytes.buffer, tasks.length, 0, bytes.position)
  }
  return { tasks, partitionOf }
}
