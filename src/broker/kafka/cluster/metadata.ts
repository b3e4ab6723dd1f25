/**
 * Which brokers there are and which of them leads which partition: Metadata, version 6. Written here and not taken from kafkajs because
 * kafkajs's decoder refuses the whole response when one of the topics does not exist, and its request cannot name no topics at all.
 * Source: Kafka protocol guide, "Metadata API (Key: 3)".
 */

import { WireReader, WireWriter } from '../protocol/wire.ts'
import type { KafkaConnection } from './connection.ts'

export interface Metadata {
  readonly nodes: readonly Node[]
  readonly clusterId: string
  readonly controllerId: number
  readonly topics: readonly TopicMetadata[]
}

export interface Node {
  readonly id: number
  readonly host: string
  readonly port: number
}

export interface TopicMetadata {
  readonly errorCode: number
  readonly name: string
  readonly isInternal: boolean
  /** In the order of their numbers. */
  readonly partitions: readonly PartitionMetadata[]
}

export interface PartitionMetadata {
  readonly errorCode: number
  readonly partition: number
  /** -1: none at the moment. */
  readonly leader: number
  readonly replicas: number
}

const NO_AUTO_CREATION = false

/**
 *     Metadata Request (Version: 6)
 *       [topics]                    null: all
 *         name                      STRING
 *       allow_auto_topic_creation   BOOLEAN
 *
 * Topics that do not exist come with an error code; none is created.
 */
export async function fetchMetadata(connection: KafkaConnection, topics: readonly string[] | null): Promise<Metadata> {
  const writer = new WireWriter()
  writer.array(topics, (name) => writer.nullableString(name)).boolean(NO_AUTO_CREATION)
  const answer = await connection.exchange({ apiKey: 3, apiName: 'Metadata', apiVersion: 6, body: [writer.take()] })
  return decodeMetadata(new WireReader(answer))
}

/**
 *     Metadata Response (Version: 6)
 *       throttle_time_ms            INT32
 *       [brokers]
 *         node_id                   INT32
 *         host                      STRING
 *         port                      INT32
 *         rack                      NULLABLE_STRING
 *       cluster_id                  NULLABLE_STRING
 *       controller_id               INT32
 *       [topics]
 *         error_code                INT16
 *         name                      STRING
 *         is_internal               BOOLEAN
 *         [partitions]
 *           error_code              INT16
 *           partition_index         INT32
 *           leader_id               INT32
 *           [replica_nodes]         INT32
 *           [isr_nodes]             INT32
 *           [offline_replicas]      INT32
 */
function decodeMetadata(reader: WireReader): Metadata {
  const _throttleTimeMs = reader.int32()
  const nodes = reader.array(() => readNode(reader))
  const clusterId = reader.string()
  const controllerId = reader.int32()
  const topics = reader.array(() => readTopic(reader))
  return { nodes, clusterId, controllerId, topics }
}

function readNode(reader: WireReader): Node {
  const id = reader.int32()
  const host = reader.string()
  const port = reader.int32()
  const _rack = reader.nullableString()
  return { id, host, port }
}

function readTopic(reader: WireReader): TopicMetadata {
  const errorCode = reader.int16()
  const name = reader.string()
  const isInternal = reader.boolean()
  const partitions = reader.array(() => readPartition(reader))
  return { errorCode, name, isInternal, partitions: partitions.sort((a, b) => a.partition - b.partition) }
}

function readPartition(reader: WireReader): PartitionMetadata {
  const errorCode = reader.int16()
  const partition = reader.int32()
  const leader = reader.int32()
  const replicaNodes = reader.array(() => reader.int32())
  const _inSyncReplicaNodes = reader.array(() => reader.int32())
  const _offlineReplicas = reader.array(() => reader.int32())
  return { errorCode, partition, leader, replicas: replicaNodes.length }
}
