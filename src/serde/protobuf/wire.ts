/**
 * The wire format. A message is a run of fields, each a tag (`number * 8 + wire type`, a varint) and a value:
 *   0  varint: seven bits a byte, the lowest first, the top bit set on all bytes but the last; at most ten bytes
 *   1  eight bytes, little-endian            5  four bytes, little-endian
 *   2  length (varint) and that many bytes   3, 4  start and end of a group, fields between them
 * Messages of failures are those of protobuf-java's InvalidProtocolBufferException.
 */
import { isUtf8 } from 'node:buffer'
import { fromBigInt, type Int64 } from '../../types/bigint64.ts'
import { readShortUtf8, SHORT_READ, shortAscii } from '../text.ts'
import type { ProtobufInput } from './input.ts'
import { FIXED32, FIXED64, GROUP_END, GROUP_START, LENGTH_DELIMITED, VARINT } from './message-type.ts'

/** Why a payload cannot be read. Not an Error: taking a stack trace would cost more than reading several records. */
export class WireFailure {
  readonly message: string

  constructor(message: string) {
    this.message = message
  }
}

export const truncated = (): WireFailure =>
  new WireFailure(
    'While parsing a protocol message, the input ended unexpectedly in the middle of a field.  This could mean either that the input ' +
      'has been truncated or that an embedded message misreported its own length.',
  )
const negativeSize = () =>
  new WireFailure('CodedInputStream encountered an embedded string or message which claimed to have negative size.')
const malformedVarint = () => new WireFailure('CodedInputStream encountered a malformed varint.')
const invalidTag = () => new WireFailure('Protocol message contained an invalid tag (zero).')
const invalidEndTag = () => new WireFailure('Protocol message end-group tag did not match expected tag.')
const invalidWireType = () => new WireFailure('Protocol message tag had invalid wire type.')
const tooDeep = () =>
  new WireFailure(
    'Protocol message had too many levels of nesting.  May be malicious.  Use setRecursionLimit() to increase the recursion depth limit.',
  )
const invalidUtf8 = () => new WireFailure('Protocol message had invalid UTF-8.')

/** Groups within groups that are passed over; protobuf-java's limit. */
const MAX_GROUPS = 100
const MAX_VARINT_BYTES = 10
const TWO_28 = 2 ** 28
const TWO_32 = 2 ** 32

/** The low 32 bits of a varint, as a signed number. */
export function readVarint32(input: ProtobufInput): number {
  const { bytes, end } = input
  let at = input.position
  let value = 0
  for (let shift = 0; shift < 7 * MAX_VARINT_BYTES; shift += 7) {
    if (at >= end) throw truncated()
    const byte = bytes[at++]!
    // A shift by 32 and more would start over at the lowest bit.
    if (shift < 32) value |= (byte & 0x7f) << shift
    if (byte < 0x80) {
      input.position = at
      return value
    }
  }
  throw malformedVarint()
}

/** All 64 bits of a varint, as a signed number: that is what Java makes of uint64 as well. */
export function readVarint64(input: ProtobufInput): Int64 {
  const { bytes, end } = input
  let at = input.position
  let low = 0
  let middle = 0
  let high = 0
  for (let i = 0; i < MAX_VARINT_BYTES; i++) {
    if (at >= end) throw truncated()
    const byte = bytes[at++]!
    const bits = byte & 0x7f
    if (i < 4) low |= bits << (7 * i)
    else if (i < 8) middle |= bits << (7 * (i - 4))
    else high |= bits << (7 * (i - 8))
    if (byte < 0x80) {
      input.position = at
      return high === 0 && middle < 1 << 25
        ? low + middle * TWO_28
        : int64((low | (middle << 28)) >>> 0, (middle >>> 4) | (high << 24))
    }
  }
  throw malformedVarint()
}

/** As readVarint64, for sint64: the lowest bit is the sign. */
export function readZigZag64(input: ProtobufInput): Int64 {
  const value = readVarint64(input)
  if (typeof value === 'number' && value >= 0) return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  const bits = BigInt.asUintN(64, BigInt(value))
  return fromBigInt((bits >> 1n) ^ -(bits & 1n))
}

/** sfixed64 at `at`; also fixed64, as Java takes it. */
export function readFixed64(view: DataView, at: number): Int64 {
  return int64(view.getUint32(at, true), view.getInt32(at + 4, true))
}

/** The value of two halves; the low one is unsigned. */
function int64(low: number, high: number): Int64 {
  // Below 2^20 the value is a safe integer.
  if (high < 0x100000 && high >= -0x100000) return high * TWO_32 + low
  return fromBigInt((BigInt(high) << 32n) | BigInt(low))
}

/** The tag at the input's position, unsigned. */
export const readTag = (input: ProtobufInput): number => readVarint32(input) >>> 0

/** The length at the input's position; it moves behind it. The length fits into what is left. */
export function readLength(input: ProtobufInput): number {
  const length = readVarint32(input)
  if (length < 0) throw negativeSize()
  if (length > input.end - input.position) throw truncated()
  return length
}

/**
 * Text of a proto3 string. Java refuses what is no UTF-8, and so would every other reader of the topic; the replacement character tells that
 * decoding met such bytes, or that the text itself has it.
 */
export function readText(bytes: Buffer, start: number, end: number): string {
  const length = end - start
  if (length <= SHORT_READ) {
    let all = 0
    for (let at = start; at < end; at++) all |= bytes[at]!
    if (all < 0x80) return shortAscii(bytes, start, length)
  }
  const text = length <= SHORT_READ ? readShortUtf8(bytes, start, end) : bytes.utf8Slice(start, end)
  if (text.includes('\uFFFD') && !isUtf8(bytes.subarray(start, end))) throw invalidUtf8()
  return text
}

/** Throws what `readText` would throw, without making the text. */
export function checkText(bytes: Buffer, start: number, end: number): void {
  if (end - start <= SHORT_READ) {
    let all = 0
    for (let at = start; at < end; at++) all |= bytes[at]!
    if (all < 0x80) return
  }
  if (!isUtf8(bytes.subarray(start, end))) throw invalidUtf8()
}

/**
 * Over the value of a field that nothing uses; `at` is behind its tag. The position behind the value, which lies behind `end`
 * where the payload is cut off: callers compare where they arrive with where they should.
 */
export function skipField(input: ProtobufInput, tag: number, position: number, end: number): number {
  if (tag < 8) throw invalidTag()
  switch (tag & 7) {
    case VARINT: {
      const { bytes } = input
      let at = position
      while (at < end && bytes[at]! >= 0x80) {
        at++
        if (at - position === MAX_VARINT_BYTES) throw malformedVarint()
      }
      return at + 1
    }
    case FIXED64:
      return position + 8
    case LENGTH_DELIMITED: {
      const length = input.bytes[position]!
      if (length < 0x80) return position + 1 + length
      input.position = position
      const long = readLength(input)
      return input.position + long
    }
    case GROUP_START:
      return skipGroup(input, tag, position, end)
    case FIXED32:
      return position + 4
    case GROUP_END:
      throw invalidEndTag()
    default:
      throw invalidWireType()
  }
}

/** Over all fields up to the end of the group that `tag` started. */
function skipGroup(input: ProtobufInput, tag: number, position: number, end: number): number {
  const open = [tag]
  input.position = position
  while (open.length > 0) {
    if (input.position >= end) throw truncated()
    const next = readTag(input)
    const kind = next & 7
    if (kind === GROUP_START) {
      if (open.length === MAX_GROUPS) throw tooDeep()
      open.push(next)
    } else if (kind === GROUP_END) {
      if (open.pop() !== next + GROUP_START - GROUP_END) throw invalidEndTag()
    } else input.position = skipField(input, next, input.position, end)
  }
  return input.position
}
