/** Formats of whole objects: records are gathered, and become the bytes of one object. */
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { ByteBuffer } from '../../types/byte-buffer.ts'
import type { SinkRecord, SinkSource } from '../connector.ts'
import { columnNames } from '../document-options.ts'
import { documentWriter } from '../documents.ts'
import type { Options } from '../options.ts'
import { parquetFormat } from './parquet-format.ts'

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

const compress = promisify(gzip)
const NEWLINE = 0x0a

/** The format that the options `format` and `compression` name. */
export const objectFormat = (options: Options, source: SinkSource): ObjectFormat =>
  options.text('format') === 'parquet' ? parquetFormat(options, source) : jsonLines(options, source)

function jsonLines(options: Options, source: SinkSource): ObjectFormat {
  const write = documentWriter(source, { names: columnNames(options) })
  const buffer = new ByteBuffer(1 << 20)
  const isCompressed = options.text('compression') === 'gzip'
  return {
    extension: isCompressed ? '.json.gz' : '.json',
    contentType: isCompressed ? 'application/gzip' : 'application/x-ndjson',
    add(record) {
      write(record, buffer)
      buffer.writeByte(NEWLINE)
    },
    get bytes() {
      return buffer.position
    },
    async finish() {
      const lines = buffer.since(0)
      return isCompressed ? compress(lines) : lines
    },
    clear: () => buffer.clear(),
  }
}
