/** DOUBLE as text, in Java's form. */
import { parseHexDouble } from './hex-double.ts'
import { trim } from './text-input.ts'

/**
 * Java's Double.toString: shortest digits that read back, at least one fraction digit, an exponent outside [10^-3, 10^7): `1.0`, `0.001`,
 * `1.0E7`, `1.0E-4`, `-0.0`, `NaN`, `Infinity`. Where one digit would do, the two that come nearest: `4.9E-324`.
 */
export function doubleToText(value: number): string {
  const size = Math.abs(value)
  if (size >= 1e-3 && size < 1e7) {
    const text = String(value)
    return Number.isInteger(value) ? `${text}.0` : text
  }
  if (size === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  return Number.isFinite(value) ? scientific(value) : String(value)
}

function scientific(value: number): string {
  const shortest = value.toExponential()
  const [mantissa, exponent] = (shortest.includes('.') ? shortest : value.toExponential(1)).split('e') as [
    string,
    string,
  ]
  return `${mantissa}E${Number(exponent)}`
}

const DOUBLE_TEXT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fFdD]?$/

/**
 * Java's Double.parseDouble: white space around, a sign, an exponent and a suffix `f` or `d` are allowed; `NaN`, `Infinity` and the
 * hexadecimal form too. Throws an Error on anything else.
 */
export function parseDouble(text: string): number {
  const trimmed = trim(text)
  if (DOUBLE_TEXT.test(trimmed)) return Number(trimmed.replace(/[fFdD]$/, ''))
  const special = SPECIAL.get(trimmed) ?? parseHexDouble(trimmed)
  if (special === null) throw new Error(`For input string: "${text}"`)
  return special
}

const SPECIAL: ReadonlyMap<string, number> = new Map([
  ['NaN', Number.NaN],
  ['+NaN', Number.NaN],
  ['-NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['+Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
])
