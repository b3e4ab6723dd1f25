/**
 * Texts that pass as they are from one Avro payload to another. What passes is the text alone: its length and the branch of its union are
 * written as for any value, so that the two schemas need not be equal.
 */
import type { ByteSink } from '../format.ts'
import type { PassedValues } from '../passed-values.ts'
import { type AvroInput, readExtent } from './input.ts'
import { writeInt } from './output.ts'

/** Up to here a loop beats a native call. */
const SHORT_BYTES = 24

/** Moves over the text at the input's position if it is ASCII, and notes it. False: nothing has moved; the slot has no value. */
export function passText(input: AvroInput, passed: PassedValues, slot: number): boolean {
  const { bytes, position } = input
  const behind = readExtent(input)
  const start = input.position
  let all = 0
  for (let at = start; at < behind; at++) all |= bytes[at]!
  if (all >= 0x80) {
    passed.starts[slot] = -1
    input.position = position
    return false
  }
  passed.starts[slot] = start
  passed.ends[slot] = behind
  input.position = behind
  return true
}

/** Writes a text that was passed. Its loop is not shared with JSON's: one function for both costs 30 of 340 ns a record of nine columns. */
export function writePassedText({ buffer: bytes, starts, ends }: PassedValues, slot: number, out: ByteSink): void {
  const start = starts[slot]!
  const end = ends[slot]!
  const length = end - start
  writeInt(length, out)
  out.reserve(length)
  const { buffer, position } = out
  if (length > SHORT_BYTES) bytes.copy(buffer, position, start, end)
  else for (let i = 0; i < length; i++) buffer[position + i] = bytes[start + i]!
  out.position = position + length
}

/** A text that was passed, as a value. */
export const passedText = ({ buffer, starts, ends }: PassedValues, slot: number): string =>
  buffer.latin1Slice(starts[slot]!, ends[slot]!)
