/**
 * InitProducerId, version 4 (Kafka 2.7 and later): what makes a producer idempotent. kafkajs's own version cannot name the producer id that
 * is to be continued, without which a producer that recovers would fence the one that replaced it (KIP-360).
 * Source: Kafka protocol guide, "InitProducerId API (Key: 22)".
 */

import type { KafkaConnection } from '../cluster/connection.ts'
import type { Permission } from '../protocol/permission.ts'
import { throwIfError } from '../protocol/protocol-errors.ts'
import { WireReader, WireWriter } from '../protocol/wire.ts'

export interface ProducerIdentity {
  readonly producerId: number
  readonly epoch: number
}

export const NO_IDENTITY: ProducerIdentity = { producerId: -1, epoch: -1 }

export interface InitProducerId {
  readonly transactionalId: string | null
  readonly transactionTimeoutMs: number
  /** Continued in its next epoch, unless it has been fenced. `NO_IDENTITY`: any producer that has the transactional id is fenced. */
  readonly current: ProducerIdentity
}

/**
 *     InitProducerId Request (Version: 4)
 *       transactional_id        COMPACT_NULLABLE_STRING
 *       transaction_timeout_ms  INT32
 *       producer_id             INT64
 *       producer_epoch          INT16
 *       tagged fields
 *
 *     InitProducerId Response (Version: 4), behind the tagged fields of the header
 *       throttle_time_ms        INT32
 *       error_code              INT16      0: no error
 *       producer_id             INT64
 *       producer_epoch          INT16
 *       tagged fields                      not read
 */
export async function initProducerId(
  connection: KafkaConnection,
  { transactionalId, transactionTimeoutMs, current }: InitProducerId,
): Promise<ProducerIdentity & { readonly errorCode: number }> {
  const writer = new WireWriter()
  writer.compactNullableString(transactionalId).int32(transactionTimeoutMs)
  writer.int64(current.producerId).int16(current.epoch).noTaggedFields()
  const request = { apiKey: 22, apiName: 'InitProducerId', apiVersion: 4, flexible: true, body: [writer.take()] }
  const reader = new WireReader(await connection.exchange(request))
  reader.taggedFields()
  const _throttleTimeMs = reader.int32()
  const errorCode = reader.int16()
  const producerId = reader.int64()
  const epoch = reader.int16()
  return { errorCode, producerId, epoch }
}

/** An identity for an idempotent producer without transactions; any broker hands them out. `needs`: for the message of a refusal. */
export async function freshIdentity(
  connection: KafkaConnection,
  needs: readonly Permission[],
): Promise<ProducerIdentity> {
  const answer = await initProducerId(connection, {
    transactionalId: null,
    transactionTimeoutMs: NO_TIMEOUT_MS,
    current: NO_IDENTITY,
  })
  throwIfError(answer.errorCode, 'Getting a producer id', { needs })
  return answer
}

/** The field must be positive even without transactions. */
const NO_TIMEOUT_MS = 1
