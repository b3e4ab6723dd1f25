/** Rows between threads: bytes of the engine's row codec, as structured clones lose classes and cost more. */
import type { Step } from '../../operators/index.ts'
import { stepSchemas } from '../../plan/topology.ts'
import { ByteBuffer } from '../../types/byte-buffer.ts'
import { type RowCodec, rowCodec } from '../../types/row-codec.ts'
import type { Column } from '../../types/schema.ts'
import type { Row } from '../../types/value.ts'
import type { PushRow } from '../query-runtime.ts'

/** Rows of one schema, one behind the other. The bytes own their memory, so that they can be moved to another thread. */
export interface RowBatch {
  readonly count: number
  readonly bytes: Uint8Array<ArrayBuffer>
}

export interface RowBatchCodec<Item> {
  encode(items: readonly Item[]): RowBatch
  decode(batch: RowBatch): Item[]
}

export const plainRows = (columns: readonly Pick<Column, 'type'>[]): RowBatchCodec<Row> => {
  const codec = rowCodec(columns.map(({ type }) => type))
  return batchCodec<Row>({
    write: (row, out) => codec.write(row, out),
    read: (source) => codec.read(source),
  })
}

/** Rows of the push query with those steps; null: it is no push query. */
export function pushedRows(steps: readonly Step[]): RowBatchCodec<PushRow> | null {
  const subscriber = steps.find((step) => step.kind === 'subscriber')
  if (subscriber === undefined) return null
  const columns = stepSchemas(steps).get(subscriber.input)!.value
  const codec = rowCodec(columns.map(({ type }) => type))
  return batchCodec<PushRow>({
    write({ row, tombstone }, out) {
      out.reserve(1)
      out.buffer[out.position++] = tombstone ? 1 : 0
      codec.write(row, out)
    },
    read(source) {
      const tombstone = source.buffer[source.position++] === 1
      return { tombstone, row: codec.read(source) }
    },
  })
}

interface ItemCodec<Item> {
  readonly write: (item: Item, out: Parameters<RowCodec['write']>[1]) => void
  readonly read: (source: Parameters<RowCodec['read']>[0]) => Item
}

function batchCodec<Item>({ write, read }: ItemCodec<Item>): RowBatchCodec<Item> {
  return {
    encode(items) {
      const out = new ByteBuffer()
      for (const item of items) write(item, out)
      return { count: items.length, bytes: new Uint8Array(out.buffer.subarray(0, out.position)) }
    },
    decode({ count, bytes }) {
      const source = { buffer: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), position: 0 }
      return Array.from({ length: count }, () => read(source))
    },
  }
}
