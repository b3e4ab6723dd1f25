/** Topic configuration by Kafka's names: defaults, checks, and the values that the log itself uses. Source: Kafka `TopicConfig`. */

import type { TopicConfig } from '../../broker.ts'
import { BrokerError } from '../../broker-error.ts'

/** The log's own topics, under Kafka's names: committed offsets of groups, and transactions. */
export const OFFSETS_TOPIC = '__consumer_offsets'
export const TRANSACTIONS_TOPIC = '__transaction_state'

/** Kafka's defaults for what the log acts on. */
const TOPIC_DEFAULTS: TopicConfig = {
  'cleanup.policy': 'delete',
  'compression.type': 'producer',
  'delete.retention.ms': '86400000',
  'max.message.bytes': '1048588',
  'message.timestamp.type': 'CreateTime',
  'min.cleanable.dirty.ratio': '0.5',
  'min.compaction.lag.ms': '0',
  'retention.bytes': '-1',
  'retention.ms': '604800000',
  'segment.bytes': '1073741824',
  'segment.ms': '604800000',
}

/** Known to Kafka; kept and shown, without effect on a log with one copy on one machine. */
const WITHOUT_EFFECT = new Set([
  'compression.gzip.level',
  'compression.lz4.level',
  'compression.zstd.level',
  'file.delete.delay.ms',
  'flush.messages',
  'flush.ms',
  'follower.replication.throttled.replicas',
  'index.interval.bytes',
  'leader.replication.throttled.replicas',
  'local.retention.bytes',
  'local.retention.ms',
  'max.compaction.lag.ms',
  'message.timestamp.after.max.ms',
  'message.timestamp.before.max.ms',
  'message.downconversion.enable',
  'min.insync.replicas',
  'preallocate',
  'remote.storage.enable',
  'segment.index.bytes',
  'segment.jitter.ms',
  'unclean.leader.election.enable',
])

const MAX_SEGMENT_BYTES = 2 ** 31 - 1

/** The settings that the log acts on, parsed. Times in ms; -1: without limit. */
export interface LogConfig {
  readonly deletes: boolean
  readonly compacts: boolean
  readonly retentionMs: number
  readonly retentionBytes: number
  readonly segmentBytes: number
  readonly segmentMs: number
  readonly deleteRetentionMs: number
  readonly minCleanableDirtyRatio: number
  readonly minCompactionLagMs: number
  readonly maxMessageBytes: number
  readonly logAppendTime: boolean
}

/** `config` over `defaults`, checked. `INVALID_REQUEST` for an unknown name or a bad value. */
export function effectiveConfig(config: TopicConfig, defaults: TopicConfig): TopicConfig {
  for (const name of Object.keys(config)) {
    if (!(name in TOPIC_DEFAULTS) && !WITHOUT_EFFECT.has(name))
      throw new BrokerError('INVALID_REQUEST', `Unknown topic config name: ${name}`)
  }
  const effective = { ...TOPIC_DEFAULTS, ...defaults, ...config }
  parseConfig(effective)
  return effective
}

export function parseConfig(config: TopicConfig): LogConfig {
  const policies = (config['cleanup.policy'] ?? '').split(',').map((policy) => policy.trim())
  for (const policy of policies)
    if (policy !== 'delete' && policy !== 'compact')
      throw badValue(config, 'cleanup.policy', 'delete, compact, or both')
  const timestampType = config['message.timestamp.type']
  if (timestampType !== 'CreateTime' && timestampType !== 'LogAppendTime')
    throw badValue(config, 'message.timestamp.type', 'CreateTime or LogAppendTime')
  return {
    deletes: policies.includes('delete'),
    compacts: policies.includes('compact'),
    retentionMs: wholeNumber(config, 'retention.ms', -1),
    retentionBytes: wholeNumber(config, 'retention.bytes', -1),
    segmentBytes: Math.min(wholeNumber(config, 'segment.bytes', 14), MAX_SEGMENT_BYTES),
    segmentMs: wholeNumber(config, 'segment.ms', 1),
    deleteRetentionMs: wholeNumber(config, 'delete.retention.ms', 0),
    minCleanableDirtyRatio: ratio(config, 'min.cleanable.dirty.ratio'),
    minCompactionLagMs: wholeNumber(config, 'min.compaction.lag.ms', 0),
    maxMessageBytes: wholeNumber(config, 'max.message.bytes', 0),
    logAppendTime: timestampType === 'LogAppendTime',
  }
}

function wholeNumber(config: TopicConfig, name: string, least: number): number {
  const text = config[name] ?? ''
  const value = Number(text)
  if (!/^-?\d+$/.test(text) || value < least) throw badValue(config, name, `a whole number of at least ${least}`)
  return value
}

function ratio(config: TopicConfig, name: string): number {
  const value = Number(config[name])
  if (!(value >= 0 && value <= 1)) throw badValue(config, name, 'a number from 0 to 1')
  return value
}

function badValue(config: TopicConfig, name: string, wanted: string): BrokerError {
  return new BrokerError(
    'INVALID_REQUEST',
    `Invalid value ${config[name]} for configuration ${name}: it must be ${wanted}.`,
  )
}

const MAX_NAME_LENGTH = 249

/** Source: Kafka `Topic.validate`. */
export function checkTopicName(name: string): void {
  if (name === '' || name === '.' || name === '..') throw badName(name, 'it cannot be empty, "." or ".."')
  if (name.length > MAX_NAME_LENGTH) throw badName(name, `it has more than ${MAX_NAME_LENGTH} characters`)
  if (!/^[a-zA-Z0-9._-]+$/.test(name)) throw badName(name, 'only ASCII letters, digits, ".", "_" and "-" are allowed')
}

function badName(name: string, why: string): BrokerError {
  return new BrokerError('INVALID_REQUEST', `Topic name "${name}" is not valid: ${why}.`)
}
