/** Per-record errors: what went wrong, where the record came from. The engine turns them into the processing log's topic. */
import type { StepId } from '../operators/step.ts'

/** As the processing log numbers them: 0 deserialization, 1 record processing, 2 production, 3 serialization. */
export type ProcessingErrorType = 'deserialization' | 'processing' | 'production' | 'serialization'

/** Where the record that is being processed was read; null before the first one. */
export interface RecordPosition {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

export interface ProcessingError {
  readonly type: ProcessingErrorType
  readonly step: StepId
  readonly message: string
  readonly causes: readonly string[]
  readonly position: RecordPosition | null
  /** Deserialization and serialization: which side of the record. */
  readonly target: 'key' | 'value' | null
  /** Deserialization: the bytes that could not be read. */
  readonly bytes?: Uint8Array
  /** The entry is no error but a line that a user-defined function logs. */
  readonly isNotice?: true
}

/** What a user-defined function logs, as an entry of the processing log. */
export const functionLine = (message: string): ProcessingError => ({
  type: 'processing',
  step: '',
  message,
  causes: [],
  position: null,
  target: null,
  isNotice: true,
})

export type ReportError = (error: ProcessingError) => void

/** Ends a query before a record that it must not pass. */
export class BadRecordError extends Error {
  override readonly name = 'BadRecordError'
}
