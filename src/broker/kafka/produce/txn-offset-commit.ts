/**
 * TxnOffsetCommit, version 3: kafkajs's own versions cannot name the group's generation, without which a server that lost its place could
 * still commit (KIP-447). Source: Kafka protocol guide, "TxnOffsetCommit API (Key: 28)".
 */
import type { GroupOffset } from '../../broker.ts'
import type { KafkaConnection } from '../cluster/connection.ts'
import { groupByTopic } from '../protocol/by-topic.ts'
import { WireReader, WireWriter } from '../protocol/wire.ts'
import type { ProducerIdentity } from './producer-id.ts'

export interface TxnOffsetCommit extends ProducerIdentity {
  readonly transactionalId: string
  readonly group: string
  /** -1 with an empty `memberId`: membership is not looked at. */
  readonly generation: number
  readonly memberId: string
  readonly offsets: readonly GroupOffset[]
}

/** The result for one partition. */
export interface CommitAnswer {
  readonly topic: string
  readonly errorCode: number
}

const NO_LEADER_EPOCH = -1

/**
 *     TxnOffsetCommit Request (Version: 3)
 *       transactional_id        COMPACT_STRING
 *       group_id                COMPACT_STRING
 *       producer_id             INT64
 *       producer_epoch          INT16
 *       generation_id           INT32
 *       member_id               COMPACT_STRING
 *       group_instance_id       COMPACT_NULLABLE_STRING
 *       topics                  COMPACT_ARRAY
 *         name                    COMPACT_STRING
 *         partitions              COMPACT_ARRAY
 *           partition_index         INT32
 *           committed_offset        INT64
 *           committed_leader_epoch  INT32
 *           committed_metadata      COMPACT_NULLABLE_STRING
 *           tagged fields
 *         tagged fields
 *       tagged fields
 *
 *     TxnOffsetCommit Response (Version: 3), behind the tagged fields of the header
 *       throttle_time_ms        INT32
 *       topics                  COMPACT_ARRAY
 *         name                    COMPACT_STRING
 *         partitions              COMPACT_ARRAY
 *           partition_index         INT32
 *           error_code              INT16
 *           tagged fields
 *         tagged fields
 *       tagged fields                      not read
 */
export async function txnOffsetCommit(
  connection: KafkaConnection,
  commit: TxnOffsetCommit,
): Promise<readonly CommitAnswer[]> {
  const writer = new WireWriter()
  writer.compactNullableString(commit.transactionalId).compactNullableString(commit.group)
  writer.int64(commit.producerId).int16(commit.epoch).int32(commit.generation)
  writer.compactNullableString(commit.memberId).compactNullableString(null)
  const topics = groupByTopic(commit.offsets, (offset) => offset)
  writer.compactArray(topics, ({ topic, partitions }) => {
    writer.compactNullableString(topic)
    writer.compactArray(partitions, ({ partition, offset, metadata = '' }) => {
      writer.int32(partition).int64(offset).int32(NO_LEADER_EPOCH).compactNullableString(metadata).noTaggedFields()
    })
    writer.noTaggedFields()
  })
  writer.noTaggedFields()
  const request = { apiKey: 28, apiName: 'TxnOffsetCommit', apiVersion: 3, flexible: true, body: [writer.take()] }
  const reader = new WireReader(await connection.exchange(request))
  reader.taggedFields()
  const _throttleTimeMs = reader.int32()
  const answers = reader.compactArray(() => {
    const topic = reader.compactString()
    const ofTopic = reader.compactArray((): CommitAnswer => {
      reader.int32()
      const errorCode = reader.int16()
      reader.taggedFields()
      return { topic, errorCode }
    })
    reader.taggedFields()
    return ofTopic
  })
  return answers.flat()
}
