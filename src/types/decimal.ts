/** Exact decimal numbers: `unscaled * 10^-scale`, as Java's BigDecimal. */

export class Decimal {
  readonly unscaled: bigint
  readonly scale: number

  /** `scale` >= 0. */
  constructor(unscaled: bigint, scale: number) {
    this.unscaled = unscaled
    this.scale = scale
  }

  /** Plain text with exactly `scale` fraction digits, never an exponent: `-0.50`. */
  toString(): string {
    if (this.scale === 0) return this.unscaled.toString()
    const negative = this.unscaled < 0n
    const digits = (negative ? -this.unscaled : this.unscaled).toString().padStart(this.scale + 1, '0')
    const cut = digits.length - this.scale
    return `${negative ? '-' : ''}${digits.slice(0, cut)}.${digits.slice(cut)}`
  }
}
