/** Statements of SQL tests. */
import type { ColumnDefinition } from './definitions.ts'
import type { Duration, Expression } from './query.ts'
import type { Property, StatementNode } from './statement-node.ts'

export interface AssertTopic extends StatementNode {
  readonly kind: 'assertTopic'
  /** False for ASSERT NOT EXISTS. */
  readonly exists: boolean
  readonly topic: string
  readonly properties: readonly Property[]
  readonly timeout: Duration | null
}

/** At least one of `subject` and `id` should be given; the handler refuses neither. */
export interface AssertSchema extends StatementNode {
  readonly kind: 'assertSchema'
  readonly exists: boolean
  readonly subject: string | null
  readonly id: number | null
  readonly timeout: Duration | null
}

/** Test scripts only. */
export interface AssertSource extends StatementNode {
  readonly kind: 'assertStream' | 'assertTable'
  readonly name: string
  readonly columns: readonly ColumnDefinition[]
  readonly properties: readonly Property[]
}

/** Test scripts only: the next record of `target`'s topic must equal these values. */
export interface AssertValues extends StatementNode {
  readonly kind: 'assertValues'
  readonly target: string
  readonly columns: readonly string[]
  readonly values: readonly Expression[]
}

/** Test scripts only: the next record of `target`'s topic must be a tombstone with this key. */
export interface AssertNullValues extends StatementNode {
  readonly kind: 'assertNullValues'
  readonly target: string
  readonly columns: readonly string[]
  readonly key: readonly Expression[]
}

/**
 * Test scripts only: the rows that a table has, or those of a stream that no assertion has read yet, must be these in any order. None:
 * there must be none.
 */
export interface AssertRows extends StatementNode {
  readonly kind: 'assertRows'
  readonly target: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Expression[])[]
}

/** Test scripts only: the next entry of the processing log must hold this text. */
export interface AssertError extends StatementNode {
  readonly kind: 'assertError'
  readonly part: string
}

/** Test scripts only: sets the clock, to a time or on by a duration. */
export interface AdvanceTime extends StatementNode {
  readonly kind: 'advanceTime'
  readonly by: Duration | null
  /** Epoch milliseconds, or the text of a TIMESTAMP. */
  readonly to: Expression | null
}

/**
 * Test scripts only: the query that a later statement gives `target` does not run; these rows are in its place, for all queries that read
 * it.
 */
export interface Mock extends StatementNode {
  readonly kind: 'mock'
  readonly target: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Expression[])[]
}

/** CLI and test scripts only. */
export interface RunScript extends StatementNode {
  readonly kind: 'runScript'
  readonly file: string
}
