/**
 * InitProducerId, v4 (Kafka >= 2.7): what makes a producer idempotent. kafkajs's own version cannot name the producer id that is to go on,
 * without which a producer that recovers would fence the one that replaced it (KIP-360).
 *
 *     request => transactional_id compact nullable string, transaction_timeout_ms int32, producer_id int64, producer_epoch int16, tags
 *     response => tags (header), throttle_time_ms int32, error_code int16, producer_id int64, producer_epoch int16, tags
 */

import type { KafkaConnection } from '../cluster/connection.ts'
import { ProtocolError } from '../protocol/protocol-errors.ts'
import { WireReader, WireWriter } from '../protocol/wire.ts'

export interface ProducerIdentity {
  readonly producerId: number
  readonly epoch: number
}

export const NO_IDENTITY: ProducerIdentity = { producerId: -1, epoch: -1 }

export interface InitProducerId {
  readonly transactionalId: string | null
  readonly transactionTimeoutMs: number
  /** Goes on with this one in the next epoch, if it has not been fenced; `NO_IDENTITY`: fences whoever has the transactional id. */
  readonly current: ProducerIdentity
}

/** With the error code, 0 if it went well. */
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
  reader.int32()
  return { errorCode: reader.int16(), producerId: reader.int64(), epoch: reader.int16() }
}

/** An identity for an idempotent producer without transactions; any broker hands them out. */
export async function freshIdentity(connection: KafkaConnection): Promise<ProducerIdentity> {
  const answer = await initProducerId(connection, {
    transactionalId: null,
    transactionTimeoutMs: NO_TIMEOUT_MS,
    current: NO_IDENTITY,
  })
  if (answer.errorCode !== 0) throw new ProtocolError(answer.errorCode, 'Getting a producer id')
  return answer
}

/** The field must be positive even without transactions. */
const NO_TIMEOUT_MS = 1
