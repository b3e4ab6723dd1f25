/**
 * Windows of keys in bytes: what follows the key's own bytes. Source: Kafka Streams WindowKeySchema and
 * SessionKeySchema.
 *   tumbling and hopping  start (8 bytes, big-endian, epoch ms); the end is start + size, which the reader must know
 *   session               end, then start (8 bytes each)
 */
import type { Window } from '../types/record.ts'
import type { ByteSink } from './format.ts'
import { readInt64, writeInt64 } from './kafka.ts'

export type WindowLayout = { readonly kind: 'time'; readonly sizeMs: number } | { readonly kind: 'session' }

/** Bytes behind the key's own. */
export const windowBytes = (layout: WindowLayout): number => (layout.kind === 'time' ? 8 : 16)

/** Appends the window's bytes behind a key. */
export function writeWindow(window: Window, layout: WindowLayout, out: ByteSink): void {
  if (layout.kind === 'session') writeInt64(window.end, out)
  writeInt64(window.start, out)
}

/** The window of the key `bytes[start, end)`, whose own bytes end at `end - windowBytes(layout)`; null if the key is too short. */
export function readWindow(bytes: Buffer, start: number, end: number, layout: WindowLayout): Window | null {
  if (end - start < windowBytes(layout)) return null
  const windowStart = Number(readInt64(bytes, end - 8))
  const windowEnd = layout.kind === 'time' ? windowStart + layout.sizeMs : Number(readInt64(bytes, end - 16))
  return { start: windowStart, end: windowEnd }
}
