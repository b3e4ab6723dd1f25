/** Which partition of a kept table has a key: as the topic that feeds its task is partitioned. */
import { partitionForKey } from '../broker/partitioner.ts'
import type { PhysicalPlan } from '../plan/physical-plan.ts'
import { ByteBuffer } from '../serde/byte-sink.ts'
import type { Row } from '../types/value.ts'
import type { QueryAssignment } from './assignment.ts'
import { keyWriter } from './record-encoder.ts'
import { splitTopology, stepSchemas } from './topology.ts'

/** Null: a key may be in any partition. Windows do not count, as in Kafka Streams. */
export type PartitionOfKey = ((key: Row) => number) | null

/** Throws an Error if the plan keeps no table. */
export function partitionOfKey({ plan, tasks }: Pick<QueryAssignment, 'plan' | 'tasks'>): PartitionOfKey {
  const topology = splitTopology(plan.steps).find(({ steps }) => steps.some(({ id }) => id === stepOf(plan)))
  const [input] = topology?.reads ?? []
  if (input === undefined || input.keyFormat.format === 'NONE') return null
  const partitions = tasks.filter((task) => task.topology === topology!.index).length
  const { key } = stepSchemas(plan.steps).get(input.id)!
  const write = keyWriter({ topic: '', keyFormat: input.keyFormat, key, window: null }, [])
  const bytes = new ByteBuffer()
  return (row) => {
    bytes.clear()
    write({ key: row, window: null, value: null, oldValue: null, timestamp: 0, headers: null }, bytes)
    return partitionForKey(bytes.buffer, partitions, 0, bytes.position)
  }
}

function stepOf({ queryId, materialization }: PhysicalPlan): string {
  if (materialization === null) throw new Error(`Query ${queryId} keeps no table that can be read.`)
  return materialization.step
}
