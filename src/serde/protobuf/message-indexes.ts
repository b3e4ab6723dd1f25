/**
 * Message indexes, which stand behind the frame of a record: where in its schema the record's message is declared. A count and as many
 * indexes, `[1, 0]` for the first message within the second one, all of them zig-zag varints; the single index 0 is the byte 0 alone.
 * Source: Confluent's MessageIndexes.
 */
import type { ProtobufInput } from './input.ts'
import { readVarint32, WireFailure } from './wire.ts'

/** Messages within each other are not deeper in any schema that people write. */
const MAX_DEPTH = 100

const FIRST: readonly number[] = [0]

/** From the input's position, which moves behind them. Throws a WireFailure. */
export function readIndexes(input: ProtobufInput): readonly number[] {
  const count = readZigZag(input)
  if (count === 0) return FIRST
  if (count < 0 || count > MAX_DEPTH) throw new WireFailure(`Invalid number of message indexes: ${count}`)
  return Array.from({ length: count }, () => readZigZag(input))
}

function readZigZag(input: ProtobufInput): number {
  const value = readVarint32(input)
  return (value >>> 1) ^ -(value & 1)
}

export function indexBytes(indexes: readonly number[]): Buffer {
  if (indexes.length === 1 && indexes[0] === 0) return Buffer.of(0)
  return Buffer.from([indexes.length, ...indexes].flatMap(zigZagBytes))
}

/** `value` >= 0. */
function zigZagBytes(value: number): number[] {
  const bytes: number[] = []
  let rest = 2 * value
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128)
  return [...bytes, rest]
}
