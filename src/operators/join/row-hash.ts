/** A hash of a row's values, equal for equal rows however they were stored or sent. */
import { textCodec } from '../../state/key.ts'
import type { Column } from '../../types/schema.ts'
import type { Row } from '../../types/value.ts'

/** 64 bits as a hexadecimal text. */
export function rowHash(columns: readonly Column[]): (row: Row) => string {
  const { encode } = textCodec(columns.map(({ type }) => type))
  return (row) => hash(encode(row))
}

/** Two multiplicative hashes of 32 bits, mixed at the end: not against attackers, but evenly spread. */
function hash(text: string): string {
  let a = 0xdeadbeef
  let b = 0x41c6ce57
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    a = Math.imul(a ^ unit, 0x9e3779b1)
    b = Math.imul(b ^ unit, 0x5f356495)
  }
  return hexadecimal(mix(a, b)) + hexadecimal(mix(b, a))
}

const mix = (a: number, b: number): number =>
  Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35)

const hexadecimal = (word: number): string => (word >>> 0).toString(16).padStart(8, '0')
