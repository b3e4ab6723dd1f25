/** Rows of an input file on their way into a stream or table, and what a format of rows is. */
import type { Readable } from 'node:stream'
import type { SourceDescription } from '../../engine/describe/entities.ts'

/** The stream or table that rows are written into. */
export type Target = Pick<SourceDescription, 'name' | 'topic' | 'fields'>

/** A row of the input. */
export interface InputRow {
  /** The line of the input where the row starts, from 1. */
  readonly line: number
  /** The text of one JSON object, without line breaks; null if the row cannot be read. */
  readonly text: string | null
  /** Why it cannot be read; null if it can. */
  readonly error: string | null
}

/** What reading a file depends on besides its bytes. */
export interface RowFormatOptions {
  readonly target: Target
  /** Names of the fields of a file without a header; null: the first record names them. */
  readonly columns: readonly string[] | null
  /** Between fields; null: by the format. */
  readonly delimiter: string | null
}

/** Reads bytes as batches of rows. */
export type RowFormat = (bytes: Readable, options: RowFormatOptions) => AsyncIterable<readonly InputRow[]>
