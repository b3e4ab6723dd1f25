/** The topic that a statement needs: there already and fitting, or to be made. */
import { StatementError } from '../errors.ts'
import type { DataSource } from '../metastore/data-source.ts'
import type { PlanContext } from './builder.ts'

export interface TopicRequest {
  readonly name: string
  /** Null: whatever the existing topic has. */
  readonly partitions: number | null
  /** Null or -1: the broker's default. */
  readonly replicas: number | null
  /** Null: the broker's default. -1: without end. */
  readonly retentionMs: number | null
  /** The topic whose retention it takes if `retentionMs` is null and there is one to take; null: none. */
  readonly retentionLike: string | null
  /** The topic whose records it takes with headers added, as dead letters are: its `max.message.bytes` leaves room for them. Null: the broker's default. */
  readonly recordsOf: string | null
  readonly cleanupPolicy: 'delete' | 'compact' | 'compact,delete'
}

/** A topic for records of a stream. What is not given is what the broker, or an existing topic, has. */
export const topicRequest = (name: string, given: Partial<TopicRequest> = {}): TopicRequest => ({
  name,
  partitions: null,
  replicas: null,
  retentionMs: null,
  retentionLike: null,
  recordsOf: null,
  cleanupPolicy: 'delete',
  ...given,
})

/** Streams delete, tables compact, windowed tables do both. */
export function cleanupPolicy({ kind, window }: Pick<DataSource, 'kind' | 'window'>): TopicRequest['cleanupPolicy'] {
  if (kind === 'STREAM') return 'delete'
  return window === null ? 'compact' : 'compact,delete'
}

export function checkExistingTopic(request: TopicRequest, { partitions }: Pick<PlanContext, 'partitions'>): void {
  const existing = partitions(request.name)
  if (existing === undefined || request.partitions === null || request.partitions === existing) return
  throw new StatementError(
    `A Kafka topic with the name '${request.name}' already exists, with different partition/replica configuration than required. ` +
      `The statement says ${request.partitions} partitions, the topic has ${existing}. Leave PARTITIONS out, or name another topic.`,
  )
}
