/**
 * An order-independent sum over rows: each is written as `NAME=value|` by sorted upper-case names, hashed (FNV-1a 64, then
 * splitmix64), and the hashes are added modulo 2^64.
 */
import { mix } from './mix.ts'

const OFFSET_HIGH = 0xcbf29ce4
const OFFSET_LOW = 0x84222325
/** FNV's prime is 2^40 + this. */
const PRIME_LOW = 0x1b3
const WORD = 2 ** 32

export type Cells = Readonly<Record<string, string | number>>

export class RowSum {
  rows = 0
  #sum = 0n

  add(row: Cells): void {
    this.rows++
    this.#sum = (this.#sum + mix(hashOf(canonical(row)))) & 0xffff_ffff_ffff_ffffn
  }

  get hash(): string {
    return this.#sum.toString(16).padStart(16, '0')
  }
}

function canonical(row: Cells): string {
  const cells = Object.entries(row).map(([name, value]) => `${name.toUpperCase()}=${value}|`)
  return cells.sort().join('')
}

/** FNV-1a over the text's UTF-8, with the 64 bits in two halves. */
function hashOf(text: string): bigint {
  let high = OFFSET_HIGH
  let low = OFFSET_LOW
  const bytes = Buffer.from(text)
  for (let i = 0; i < bytes.length; i++) {
    low = (low ^ bytes[i]!) >>> 0
    const product = low * PRIME_LOW
    high = (high * PRIME_LOW + Math.floor(product / WORD) + ((low << 8) >>> 0)) % WORD
    low = product % WORD
  }
  return (BigInt(high) << 32n) | BigInt(low)
}
