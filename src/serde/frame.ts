/**
 * The frame of records whose schema is in a registry (Confluent's wire format): a zero byte, the schema's id as 4 bytes big-endian, the
 * payload. Protobuf adds its message indexes behind the id.
 */
import type { ByteSink } from './format.ts'

export const FRAME_BYTES = 5

/** The id in the frame of `bytes[start, end)`; -1: there is no frame. */
export function frameId(bytes: Buffer, start: number, end: number): number {
  return end - start < FRAME_BYTES || bytes[start] !== 0 ? -1 : bytes.readUInt32BE(start + 1)
}

export function writeFrame(id: number, out: ByteSink): void {
  out.reserve(FRAME_BYTES)
  const { buffer, position } = out
  buffer[position] = 0
  buffer.writeUInt32BE(id, position + 1)
  out.position = position + FRAME_BYTES
}
