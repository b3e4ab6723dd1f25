/** Kafka's error codes, and what each is to the port's callers. Source: Kafka protocol guide, "Error Codes". */

import { BrokerError, type BrokerErrorCode } from '../../broker-error.ts'
import { denial, denied, type Permission } from './permission.ts'

/** Those that the adapter itself acts on. */
export const KafkaErrorCode = {
  NONE: 0,
  OFFSET_OUT_OF_RANGE: 1,
  CORRUPT_MESSAGE: 2,
  UNKNOWN_TOPIC_OR_PARTITION: 3,
  REQUEST_TIMED_OUT: 7,
  COORDINATOR_NOT_AVAILABLE: 15,
  NOT_COORDINATOR: 16,
  INVALID_TOPIC_EXCEPTION: 17,
  ILLEGAL_GENERATION: 22,
  UNKNOWN_MEMBER_ID: 25,
  REBALANCE_IN_PROGRESS: 27,
  UNSUPPORTED_SASL_MECHANISM: 33,
  ILLEGAL_SASL_STATE: 34,
  TOPIC_ALREADY_EXISTS: 36,
  NOT_CONTROLLER: 41,
  OUT_OF_ORDER_SEQUENCE_NUMBER: 45,
  DUPLICATE_SEQUENCE_NUMBER: 46,
  INVALID_PRODUCER_EPOCH: 47,
  INVALID_TXN_STATE: 48,
  INVALID_PRODUCER_ID_MAPPING: 49,
  CONCURRENT_TRANSACTIONS: 51,
  UNKNOWN_PRODUCER_ID: 59,
  NON_EMPTY_GROUP: 68,
  GROUP_ID_NOT_FOUND: 69,
  MEMBER_ID_REQUIRED: 79,
  PRODUCER_FENCED: 90,
} as const

type Row = readonly [name: string, code: BrokerErrorCode, retriable?: 'retriable']

const ROWS: Readonly<Record<number, Row>> = {
  [-1]: ['UNKNOWN_SERVER_ERROR', 'UNAVAILABLE'],
  1: ['OFFSET_OUT_OF_RANGE', 'OFFSET_OUT_OF_RANGE'],
  2: ['CORRUPT_MESSAGE', 'CORRUPT_LOG'],
  3: ['UNKNOWN_TOPIC_OR_PARTITION', 'UNKNOWN_TOPIC'],
  4: ['INVALID_FETCH_SIZE', 'INVALID_REQUEST'],
  5: ['LEADER_NOT_AVAILABLE', 'UNAVAILABLE', 'retriable'],
  6: ['NOT_LEADER_OR_FOLLOWER', 'UNAVAILABLE', 'retriable'],
  7: ['REQUEST_TIMED_OUT', 'UNAVAILABLE', 'retriable'],
  8: ['BROKER_NOT_AVAILABLE', 'UNAVAILABLE', 'retriable'],
  9: ['REPLICA_NOT_AVAILABLE', 'UNAVAILABLE', 'retriable'],
  10: ['MESSAGE_TOO_LARGE', 'RECORD_TOO_LARGE'],
  12: ['OFFSET_METADATA_TOO_LARGE', 'INVALID_REQUEST'],
  13: ['NETWORK_EXCEPTION', 'UNAVAILABLE', 'retriable'],
  14: ['COORDINATOR_LOAD_IN_PROGRESS', 'UNAVAILABLE', 'retriable'],
  15: ['COORDINATOR_NOT_AVAILABLE', 'UNAVAILABLE', 'retriable'],
  16: ['NOT_COORDINATOR', 'UNAVAILABLE', 'retriable'],
  17: ['INVALID_TOPIC_EXCEPTION', 'INVALID_REQUEST'],
  18: ['RECORD_LIST_TOO_LARGE', 'RECORD_TOO_LARGE'],
  19: ['NOT_ENOUGH_REPLICAS', 'UNAVAILABLE', 'retriable'],
  20: ['NOT_ENOUGH_REPLICAS_AFTER_APPEND', 'UNAVAILABLE', 'retriable'],
  22: ['ILLEGAL_GENERATION', 'INVALID_REQUEST'],
  24: ['INVALID_GROUP_ID', 'INVALID_REQUEST'],
  25: ['UNKNOWN_MEMBER_ID', 'INVALID_REQUEST'],
  26: ['INVALID_SESSION_TIMEOUT', 'INVALID_REQUEST'],
  27: ['REBALANCE_IN_PROGRESS', 'UNAVAILABLE', 'retriable'],
  29: ['TOPIC_AUTHORIZATION_FAILED', 'AUTHORIZATION_FAILED'],
  30: ['GROUP_AUTHORIZATION_FAILED', 'AUTHORIZATION_FAILED'],
  31: ['CLUSTER_AUTHORIZATION_FAILED', 'AUTHORIZATION_FAILED'],
  32: ['INVALID_TIMESTAMP', 'INVALID_REQUEST'],
  33: ['UNSUPPORTED_SASL_MECHANISM', 'AUTHORIZATION_FAILED'],
  34: ['ILLEGAL_SASL_STATE', 'AUTHORIZATION_FAILED'],
  35: ['UNSUPPORTED_VERSION', 'UNSUPPORTED'],
  36: ['TOPIC_ALREADY_EXISTS', 'TOPIC_EXISTS'],
  37: ['INVALID_PARTITIONS', 'INVALID_REQUEST'],
  38: ['INVALID_REPLICATION_FACTOR', 'INVALID_REQUEST'],
  39: ['INVALID_REPLICA_ASSIGNMENT', 'INVALID_REQUEST'],
  40: ['INVALID_CONFIG', 'INVALID_REQUEST'],
  41: ['NOT_CONTROLLER', 'UNAVAILABLE', 'retriable'],
  42: ['INVALID_REQUEST', 'INVALID_REQUEST'],
  43: ['UNSUPPORTED_FOR_MESSAGE_FORMAT', 'UNSUPPORTED'],
  44: ['POLICY_VIOLATION', 'INVALID_REQUEST'],
  45: ['OUT_OF_ORDER_SEQUENCE_NUMBER', 'OUT_OF_ORDER'],
  47: ['INVALID_PRODUCER_EPOCH', 'PRODUCER_FENCED'],
  48: ['INVALID_TXN_STATE', 'TRANSACTION_ABORTED'],
  49: ['INVALID_PRODUCER_ID_MAPPING', 'TRANSACTION_ABORTED'],
  50: ['INVALID_TRANSACTION_TIMEOUT', 'INVALID_REQUEST'],
  51: ['CONCURRENT_TRANSACTIONS', 'UNAVAILABLE', 'retriable'],
  52: ['TRANSACTION_COORDINATOR_FENCED', 'UNAVAILABLE', 'retriable'],
  53: ['TRANSACTIONAL_ID_AUTHORIZATION_FAILED', 'AUTHORIZATION_FAILED'],
  56: ['KAFKA_STORAGE_ERROR', 'UNAVAILABLE', 'retriable'],
  58: ['SASL_AUTHENTICATION_FAILED', 'AUTHORIZATION_FAILED'],
  59: ['UNKNOWN_PRODUCER_ID', 'OUT_OF_ORDER'],
  60: ['REASSIGNMENT_IN_PROGRESS', 'UNAVAILABLE', 'retriable'],
  68: ['NON_EMPTY_GROUP', 'INVALID_REQUEST'],
  69: ['GROUP_ID_NOT_FOUND', 'INVALID_REQUEST'],
  72: ['LISTENER_NOT_FOUND', 'UNAVAILABLE', 'retriable'],
  73: ['TOPIC_DELETION_DISABLED', 'INVALID_REQUEST'],
  74: ['FENCED_LEADER_EPOCH', 'UNAVAILABLE', 'retriable'],
  75: ['UNKNOWN_LEADER_EPOCH', 'UNAVAILABLE', 'retriable'],
  76: ['UNSUPPORTED_COMPRESSION_TYPE', 'UNSUPPORTED'],
  78: ['OFFSET_NOT_AVAILABLE', 'UNAVAILABLE', 'retriable'],
  87: ['INVALID_RECORD', 'INVALID_REQUEST'],
  88: ['UNSTABLE_OFFSET_COMMIT', 'UNAVAILABLE', 'retriable'],
  89: ['THROTTLING_QUOTA_EXCEEDED', 'UNAVAILABLE', 'retriable'],
  90: ['PRODUCER_FENCED', 'PRODUCER_FENCED'],
  120: ['TRANSACTION_ABORTABLE', 'TRANSACTION_ABORTED'],
}

export interface ErrorContext {
  /** What else the broker says. */
  readonly detail?: string | null
  /** Permissions that the request needs, for the message when one is missing. */
  readonly needs?: readonly Permission[]
}

/** An error that a broker answered with. */
export class ProtocolError extends BrokerError {
  /** Kafka's number for it. */
  readonly errorCode: number

  /** `action`: what was tried, to begin the message: `Creating topic t`. */
  constructor(errorCode: number, action: string, { detail, needs = [] }: ErrorContext = {}) {
    const [name, code, retriable] = ROWS[errorCode] ?? [`error code ${errorCode}`, 'UNAVAILABLE']
    const missing = denied(errorCode, needs)
    const reason =
      missing === undefined ? `Kafka answered ${name}${detail ? ` (${detail})` : ''}.` : `${denial(missing)} (${name}).`
    super(code, `${action} failed: ${reason}`, { retriable: retriable !== undefined })
    this.errorCode = errorCode
  }
}

/** Throws a {@link ProtocolError} unless `errorCode` is 0. */
export function throwIfError(errorCode: number, action: string, context?: ErrorContext): void {
  if (errorCode !== KafkaErrorCode.NONE) throw new ProtocolError(errorCode, action, context)
}

/** A failure on the way to a broker, which may pass; a BrokerError as it is. */
export function unavailable(action: string, cause: unknown): BrokerError {
  if (cause instanceof BrokerError) return cause
  const why = cause instanceof Error ? cause.message : String(cause)
  return new BrokerError('UNAVAILABLE', `${action} failed: ${why}`, { retriable: true, cause })
}
