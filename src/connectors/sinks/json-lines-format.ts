/** Objects with a line of JSON for each record. */
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { ByteBuffer } from '../../types/byte-buffer.ts'
import type { SinkSource } from '../connector.ts'
import { columnNames } from '../document-options.ts'
import { documentWriter } from '../documents.ts'
import type { Options } from '../options.ts'
import type { ObjectFormat } from './object-format.ts'

const compress = promisify(gzip)
const NEWLINE = 0x0a

export function jsonLinesFormat(options: Options, source: SinkSource): ObjectFormat {
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
