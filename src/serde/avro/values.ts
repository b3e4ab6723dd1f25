/** Reading values of types whose bytes need a conversion to become a SQL value. */
import type { Int64 } from '../../types/bigint64.ts'
import { Decimal } from '../../types/decimal.ts'
import type { DecimalType } from '../../types/sql-type.ts'
import { fitDecimal } from '../fit-decimal.ts'
import { isTimeOfDay, TIME_RANGE } from '../time-of-day.ts'
import { AvroFailure } from './failure.ts'
import { type AvroInput, readExtent, readInt, readLong, skipFixed, unscaledOf } from './input.ts'

export function readDecimal(input: AvroInput, scale: number, type: DecimalType): Decimal {
  const behind = readExtent(input)
  const value = decimalOf(input, behind, scale, type)
  input.position = behind
  return value
}

export function readFixedDecimal(input: AvroInput, size: number, scale: number, type: DecimalType): Decimal {
  const start = input.position
  skipFixed(input, size)
  const behind = input.position
  input.position = start
  const value = decimalOf(input, behind, scale, type)
  input.position = behind
  return value
}

function decimalOf({ bytes, position }: AvroInput, end: number, scale: number, type: DecimalType): Decimal {
  const unscaled = unscaledOf(bytes, position, end)
  if (unscaled === null) {
    throw new AvroFailure(`A decimal of ${end - position} bytes is beyond DECIMAL(${type.precision}, ${type.scale})`)
  }
  try {
    return fitDecimal(new Decimal(unscaled, scale), type)
  } catch (error) {
    throw new AvroFailure((error as Error).message)
  }
}

/** Milliseconds of the day. */
export const readTimeMillis = (input: AvroInput): number => timeOfDay(readInt(input))
export const readTimeIn = (input: AvroInput, perMs: number): number => timeOfDay(floorTo(readLong(input), perMs))

function timeOfDay(ms: number): number {
  if (isTimeOfDay(ms)) return ms
  throw new AvroFailure(TIME_RANGE)
}

/** Milliseconds since the epoch. */
export const readTimestamp = (input: AvroInput): number => Number(readLong(input))
export const readTimestampIn = (input: AvroInput, perMs: number): number => floorTo(readLong(input), perMs)

/** Whole milliseconds, the earlier one where there is a rest: as Java's Instant.toEpochMilli. */
function floorTo(value: Int64, perMs: number): number {
  if (typeof value === 'number') return Math.floor(value / perMs)
  const quotient = value / BigInt(perMs)
  return Number(value < 0n && value % BigInt(perMs) !== 0n ? quotient - 1n : quotient)
}
