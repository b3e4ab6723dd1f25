/**
 * Foreign-key table-table join in three steps, as the two sides live in different partitions: `foreignKeySubscribe` (left partition)
 * keeps the left rows and sends a subscription to the partition of the foreign key; `foreignKeyLookup` (right partition) keeps right rows
 * and subscriptions and answers; `foreignKeyResolve` (left partition again) joins the answer with the current left row, unless that
 * row has changed since. The left partition travels with the subscription, because the bytes of a key do not tell where the left topic
 * has it: the names or the form of its columns may differ from what the engine writes. Source: KIP-213, KIP-775.
 */
import type { Column } from '../../types/schema.ts'
import { BOOLEAN, INTEGER, STRING } from '../../types/sql-type.ts'
import type { NamedExpression, StepId } from '../step.ts'

interface RoutedStep {
  /** Whether an answer returns to the partition that its subscription names. Absent in plans of a version that went by the key's bytes. */
  readonly isRouted?: boolean
}

/** Output: key = foreign key; row = left key columns, instruction, hash of the left row (NULL: it is gone), left partition if it is routed. */
export interface ForeignKeySubscribeStep extends RoutedStep {
  readonly kind: 'foreignKeySubscribe'
  readonly id: StepId
  /** Upserts of the left table. */
  readonly input: StepId
  readonly join: 'INNER' | 'LEFT'
  readonly foreignKey: NamedExpression
  readonly store: string
}

/**
 * Output: key = left key; row = hash of the left row, a mark whether there is a right row, left partition if it is routed, then the right
 * row (or NULLs).
 */
export interface ForeignKeyLookupStep extends RoutedStep {
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
export interface ForeignKeyResolveStep extends RoutedStep {
  readonly kind: 'foreignKeyResolve'
  readonly id: StepId
  readonly responses: StepId
  /** The subscribe step. Its records are ignored here; the edge keeps both steps, which share a store, in one sub-topology. */
  readonly left: StepId
  readonly join: 'INNER' | 'LEFT'
  readonly store: string
  /** Keeps the results, where a step downstream reads what they were before. Absent: none does. */
  readonly resultStore?: string
  readonly key: readonly Column[]
  /** Row of the subscribe step's input. */
  readonly leftColumns: readonly Column[]
  /** Row of the lookup step's right input. */
  readonly rightColumns: readonly Column[]
}

/**
 * What a subscription wants of the right side. REMOVE: forget it, without an answer. REMOVE_AND_ANSWER: forget it and say that there
 * is no right row. ANSWER: keep it and answer with the right row, or that there is none. ANSWER_IF_FOUND: keep it, answer only
 * if there is one. Source: SubscriptionWrapper.Instruction of Kafka Streams.
 */
export type Instruction = 'REMOVE' | 'REMOVE_AND_ANSWER' | 'ANSWER' | 'ANSWER_IF_FOUND'

const PARTITION: Column = { name: 'FK_PARTITION', type: INTEGER }

/** Columns of a subscription behind those of the left key. */
export const subscriptionColumns = ({ isRouted }: RoutedStep): readonly Column[] => [
  { name: 'FK_INSTRUCTION', type: STRING },
  { name: 'FK_HASH', type: STRING },
  ...(isRouted ? [PARTITION] : []),
]

/** Columns of an answer before those of the right row. */
export const responseColumns = ({ isRouted }: RoutedStep): readonly Column[] => [
  { name: 'FK_HASH', type: STRING },
  { name: 'FK_FOUND', type: BOOLEAN },
  ...(isRouted ? [PARTITION] : []),
]

/** Place of the left partition in the row of an answer. */
export const RESPONSE_PARTITION = 2
