/**
 * Which brokers there are and which of them leads which partition. Written here and not taken from kafkajs because kafkajs's decoder
 * refuses the whole answer when one of the topics does not exist, and its request cannot ask for no topics at all.
 *
 *     Metadata request v6 => [topic string] or null (all), allow_auto_topic_creation boolean
 *     response => throttle_time_ms int32, [node_id int32, host string, port int32, rack nullable], cluster_id nullable,
 *       controller_id int32, [error_code int16, name string, is_internal boolean,
 *         [error_code int16, partition int32, leader int32, [replica int32], [in-sync replica int32], [offline replica int32]]]
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

/** `topics` null: all. Topics that do not exist come with an error code; none is created. */
export async function fetchMetadata(connection: KafkaConnection, topics: readonly string[] | null): Promise<Metadata> {
  const writer = new WireWriter()
  writer.array(topics, (topic) => writer.nullableString(topic)).boolean(false)
  const answer = await connection.exchange({ apiKey: 3, apiName: 'Metadata', apiVersion: 6, body: [writer.take()] })
  return decodeMetadata(new WireReader(answer))
}

function decodeMetadata(reader: WireReader): Metadata {
  reader.int32()
  const nodes = reader.array(() => readNode(reader))
  const clusterId = reader.string()
  const controllerId = reader.int32()
  return { nodes, clusterId, controllerId, topics: reader.array(() => readTopic(reader)) }
}

function readNode(reader: WireReader): Node {
  const node = { id: reader.int32(), host: reader.string(), port: reader.int32() }
  reader.nullableString()
  return node
}

function readTopic(reader: WireReader): TopicMetadata {
  const topic = { errorCode: reader.int16(), name: reader.string(), isInternal: reader.boolean() }
  const partitions = reader.array(() => readPartition(reader))
  return { ...topic, partitions: partitions.sort((a, b) => a.partition - b.partition) }
}

function readPartition(reader: WireReader): PartitionMetadata {
  const partition = { errorCode: reader.int16(), partition: reader.int32(), leader: reader.int32() }
  const replicas = reader.array(() => reader.int32()).length
  reader.array(() => reader.int32())
  reader.array(() => reader.int32())
  return { ...partition, replicas }
}
