/**
 * Foreign-key table-table join in three steps, as the two sides live in different partitions: `foreignKeySubscribe` (left partition)
 * keeps the left rows and sends a subscription to the partition of the foreign key; `foreignKeyLookup` (right partition) keeps right rows
 * and subscriptions and answers; `foreignKeyResolve` (left partition again) joins the answer with the current left row, unless that
 * row has changed since. Source: KIP-213.
 */
import type { Column } from '../types/schema.ts'
import type { NamedExpression, StepId } from './step.ts'

/** Output: key = foreign key; row = left key columns, instruction, hash of the left row. */
export interface ForeignKeySubscribeStep {
  readonly kind: 'foreignKeySubscribe'
  readonly id: StepId
  /** Upserts of the left table. */
  readonly input: StepId
  readonly join: 'INNER' | 'LEFT'
  readonly foreignKey: NamedExpression
  readonly store: string
}

/** Output: key = left key; row = hash of the left row, then the right row (or NULLs) with a mark whether it is there. */
export interface ForeignKeyLookupStep {
  readonly kind: 'foreignKeyLookup'
  readonly id: StepId
  readonly subscriptions: StepId
  /** Upserts of the right table. */
  readonly right: StepId
  readonly join: 'INNER' | 'LEFT'
  readonly leftKey: readonly Column[]
  readonly subscriptionStore: string
  readonly rightStore: string
}

/** Output row: left row, then right row. Reads the store that the subscribe step of the same partition writes. */
export interface ForeignKeyResolveStep {
  readonly kind: 'foreignKeyResolve'
  readonly id: StepId
  readonly responses: StepId
  /** The subscribe step: its input's rows are the left side of the result. */
  readonly left: StepId
  readonly join: 'INNER' | 'LEFT'
  readonly store: string
  readonly key: readonly Column[]
  readonly rightColumns: readonly Column[]
}
