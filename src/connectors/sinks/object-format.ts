/** Formats of whole objects: records are gathered, and become the bytes of one object. */
import type { SinkRecord } from '../connector.ts'

export interface ObjectFormat {
  /** With its point. */
  readonly extension: string
  readonly contentType: string
  add(record: SinkRecord): void
  /** Size of what was gathered, before compression. */
  readonly bytes: number
  /** The object; what was gathered stays until `clear`. */
  finish(): Promise<Uint8Array>
  clear(): void
}
