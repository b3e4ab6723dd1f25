/** Messages read and written outside of a format, and by protobufjs, which is the yardstick. */
import protobuf from 'protobufjs'
import { CHECK_ONLY } from '../../../../src/serde/format.ts'
import type { MessageType } from '../../../../src/serde/protobuf/message-type.ts'
import { parseSchema } from '../../../../src/serde/protobuf/parse-schema.ts'
import { payloadReader } from '../../../../src/serde/protobuf/payload-reader.ts'
import { messageWriter } from '../../../../src/serde/protobuf/write-source.ts'
import { ByteBuffer } from '../../../../src/types/byte-buffer.ts'
import type { SqlType } from '../../../../src/types/sql-type.ts'
import type { Row } from '../../../../src/types/value.ts'
import { columns } from '../serde.ts'

export type Types = Readonly<Record<string, SqlType>>

/** The first message of a .proto text without its first line. */
export const messageOf = (body: string, syntax = 'proto3'): MessageType =>
  parseSchema(`syntax = "${syntax}"; ${body}`, {}).messages[0]!

export interface ReadOptions {
  /** Columns that `open` reads. */
  readonly first?: readonly string[]
  /** Columns that are kept; the others are checked. */
  readonly only?: readonly string[]
}

/** The row, or why there is none. */
export function read(message: MessageType, types: Types, payload: Uint8Array, options: ReadOptions = {}): Row | string {
  const all = columns(types)
  const { first = [], only } = options
  const reader = payloadReader(
    message,
    all,
    all.map(({ name }, column) => ({
      column,
      target: only === undefined || only.includes(name) ? column : CHECK_ONLY,
      first: first.includes(name),
    })),
  )
  const around = Buffer.from([0x88, 0x99, 0xff, 0x08])
  const bytes = Buffer.concat([around, payload, around])
  const row: Row = all.map(() => null)
  const end = around.length + payload.length
  return reader.open(bytes, around.length, end, row) ?? reader.finish(row) ?? row
}

export function write(message: MessageType, types: Types, row: Row): Buffer {
  const all = columns(types)
  const out = new ByteBuffer(1)
  messageWriter(
    message,
    all,
    all.map((_, i) => i),
  )(row, out)
  return out.take()
}

export const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')

/** The first message of a .proto text, as protobufjs knows it. */
export function yardstick(body: string, syntax = 'proto3'): protobuf.Type {
  const root = new protobuf.Root()
  for (const path of ['timestamp', 'wrappers'])
    root.addJSON(protobuf.common.get(`google/protobuf/${path}.proto`)!.nested!)
  const own = protobuf.parse(`syntax = "${syntax}"; ${body}`, root, { keepCase: true })
  const namespace = own.package === undefined ? root : (root.lookup(own.package) as protobuf.Namespace)
  root.resolveAll()
  return namespace.nestedArray.find(
    (item): item is protobuf.Type => item instanceof protobuf.Type && item.name !== 'google',
  )!
}

/** Bytes of a plain object; 64-bit numbers as texts. */
export const encode = (type: protobuf.Type, object: object): Uint8Array =>
  type.encode(type.fromObject(object as Record<string, unknown>)).finish()

/** A plain object; 64-bit numbers and enums as texts, bytes in base64, defaults and empty lists included where `all`. */
export const decode = (type: protobuf.Type, bytes: Uint8Array, all = true): Record<string, unknown> =>
  type.toObject(type.decode(bytes), { longs: String, enums: String, bytes: String, defaults: all })
