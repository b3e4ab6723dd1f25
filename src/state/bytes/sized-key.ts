/** Keys that stand in the middle of longer ones: their length in 16 bits, then their bytes. Only equal keys are next to each other. */

import type { ByteBuffer } from '../../types/byte-buffer.ts'
import type { StoreKey } from '../store.ts'
import { isCut, readKey, writeKey } from './key-bytes.ts'

/** Returns whether the key was cut. */
export function writeSizedKey(key: StoreKey, writer: ByteBuffer): boolean {
  const start = writer.position
  writer.writeUInt16(0)
  writeKey(key, writer)
  writer.buffer.writeUInt16BE(writer.position - start - 2, start)
  return isCut(writer, start + 2)
}

/** Where what follows the key at `start` begins. */
export const sizedKeyEnd = (bytes: Buffer, start: number): number => start + 2 + bytes.readUInt16BE(start)

/** Undefined if the key was cut. */
export const readSizedKey = (bytes: Buffer, start: number): StoreKey | undefined =>
  readKey(bytes, start + 2, sizedKeyEnd(bytes, start))
