/** The sink `console`: JSON lines on the server's standard output. */
import { ByteBuffer } from '../../types/byte-buffer.ts'
import { type SinkContext, type SinkDeclaration, type SinkTask, TAKEN } from '../connector.ts'
import { COLUMN_NAMES, columnNames } from '../document-options.ts'
import { documentWriter } from '../documents.ts'

export const consoleSink: SinkDeclaration = {
  kind: 'SINK',
  name: 'console',
  description: 'Writes records as lines of JSON to the standard output of the server, for a first look.',
  guarantee: 'At least once: a restart may repeat the lines of the last second.',
  options: [
    {
      name: 'prefix',
      type: 'text',
      default: '',
      description: 'Text before each line, such as the name of the stream.',
    },
    COLUMN_NAMES,
  ],
  example: `CREATE STREAM orders (id INT KEY, item STRING) WITH (kafka_topic='orders', value_format='JSON', partitions=1);
CREATE SINK show_orders FROM orders WITH (connector='console', prefix='order ');`,
  async open(context) {
    return consoleTask(context, writeOut)
  },
}

/** Writes lines by `write`, which resolves when there is room for more. */
export function consoleTask({ options, source }: SinkContext, write: (text: Uint8Array) => Promise<void>): SinkTask {
  const document = documentWriter(source, { names: columnNames(options) })
  const prefix = Buffer.from(options.text('prefix'))
  const buffer = new ByteBuffer(64 << 10)
  return {
    async write(records) {
      buffer.clear()
      for (const record of records) {
        buffer.writeBytes(prefix)
        document(record, buffer)
        buffer.writeByte(0x0a)
      }
      await write(buffer.take())
      return TAKEN
    },
    close: async () => {},
  }
}

const writeOut = (text: Uint8Array): Promise<void> =>
  new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error == null ? resolve() : reject(error)))
  })
