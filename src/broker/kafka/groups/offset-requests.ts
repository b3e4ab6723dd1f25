/**
 * OffsetFetch and TxnOffsetCommit, in versions that kafkajs does not have: the first can wait for transactions that hold offsets back, the
 * second is refused when the group's membership has changed (KIP-447). Both are "flexible".
 * Source: Kafka protocol guide, "OffsetFetch API (Key: 9)", "TxnOffsetCommit API (Key: 28)".
 */
import type { GroupOffset, TopicPartition } from '../../broker.ts'
import type { KafkaConnection } from '../cluster/connection.ts'
import type { ProducerIdentity } from '../produce/producer-id.ts'
import { groupByTopic } from '../protocol/by-topic.ts'
import { WireReader, WireWriter } from '../protocol/wire.ts'

export interface OffsetFetch {
  readonly group: string
  /** Null: all partitions with an offset. */
  readonly partitions: readonly TopicPartition[] | null
  /** A partition whose next offset is in an open transaction is answered with UNSTABLE_OFFSET_COMMIT, not with the present offset. */
  readonly requireStable: boolean
}

export interface FetchedOffset extends TopicPartition {
  /** -1: none. */
  readonly offset: number
  readonly metadata: string
  readonly errorCode: number
}

/**
 *     OffsetFetch Request (Version: 7)
 *       group_id                COMPACT_STRING
 *       topics                  COMPACT_NULLABLE_ARRAY
 *         name                    COMPACT_STRING
 *         partition_indexes       COMPACT_ARRAY of INT32
 *         tagged fields
 *       require_stable          BOOLEAN
 *       tagged fields
 *
 *     OffsetFetch Response (Version: 7), behind the tagged fields of the header
 *       throttle_time_ms        INT32
 *       topics                  COMPACT_ARRAY
 *         name                    COMPACT_STRING
 *         partitions              COMPACT_ARRAY
 *           partition_index         INT32
 *           committed_offset        INT64
 *           committed_leader_epoch  INT32
 *           metadata                COMPACT_NULLABLE_STRING
 *           error_code              INT16
 *           tagged fields
 *         tagged fields
 *       error_code              INT16
 *       tagged fields                      not read
 */
export async function offsetFetch(
  connection: KafkaConnection,
  { group, partitions, requireStable }: OffsetFetch,
): Promise<{ readonly errorCode: number; readonly offsets: readonly FetchedOffset[] }> {
  const topics = partitions === null ? null : groupByTopic(partitions, ({ partition }) => partition)
  const writer = new WireWriter().compactNullableString(group)
  writer.compactArray(topics, ({ topic, partitions: indexes }) => {
    writer.compactNullableString(topic).compactArray(indexes, (index) => void writer.int32(index))
    writer.noTaggedFields()
  })
  writer.boolean(requireStable).noTaggedFields()
  const request = { apiKey: 9, apiName: 'OffsetFetch', apiVersion: 7, flexible: true, body: [writer.take()] }
  const reader = new WireReader(await connection.exchange(request))
  reader.taggedFields()
  const _throttleTimeMs = reader.int32()
  const answered = reader.compactArray(() => {
    const topic = reader.compactString()
    const offsets = reader.compactArray((): FetchedOffset => {
      const partition = reader.int32()
      const offset = reader.int64()
      const _leaderEpoch = reader.int32()
      const metadata = reader.compactString()
      const errorCode = reader.int16()
      reader.taggedFields()
      return { topic, partition, offset, metadata, errorCode }
    })
    reader.taggedFields()
    return offsets
  })
  return { errorCode: reader.int16(), offsets: answered.flat() }
}

export interface TxnOffsetCommit extends ProducerIdentity {
  readonly transactionalId: string
  readonly group: string
  /** -1 with an empty `memberId`: membership is not looked at. */
  readonly generation: number
  readonly memberId: string
  readonly offsets: readonly GroupOffset[]
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
): Promise<readonly number[]> {
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
  const codes = reader.compactArray(() => {
    reader.compactString()
    const errorCodes = reader.compactArray(() => {
      reader.int32()
      const errorCode = reader.int16()
      reader.taggedFields()
      return errorCode
    })
    reader.taggedFields()
    return errorCodes
  })
  return codes.flat()
}
