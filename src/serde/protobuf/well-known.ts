/** Messages that stand for SQL types without a scalar of their own, and their values. Their raw fields are read in the order given here. */
import { Decimal, powerOfTen } from '../../types/decimal.ts'
import type { Column } from '../../types/schema.ts'
import { BIGINT, BYTES, type DecimalType, INTEGER, type SqlType } from '../../types/sql-type.ts'
import { DAY_MS, daysFromCivil, monthLength } from '../../types/time-text.ts'
import type { Value } from '../../types/value.ts'
import { fitDecimal } from '../fit-decimal.ts'
import { isTimeOfDay, TIME_RANGE } from '../time-of-day.ts'
import {
  DATE_MESSAGE,
  DECIMAL_MESSAGE,
  type MessageType,
  type Scalar,
  scalarType,
  TIME_MESSAGE,
  TIMESTAMP_MESSAGE,
} from './message-type.ts'
import { WireFailure } from './wire.ts'

const NANOS_PER_MS = 1_000_000

export interface WellKnown {
  readonly message: MessageType
  /** The .proto file that declares it. */
  readonly path: string
  /** From the raw fields, which are never null. Throws a WireFailure. */
  toValue(raw: readonly Value[], type: SqlType): Value
  /** Fills the raw fields from a value that is not NULL. */
  toRaw(value: Value, type: SqlType, raw: Value[]): void
}

function message(fullName: string, fields: readonly (readonly [name: string, scalar: Scalar])[]): MessageType {
  return {
    kind: 'message',
    name: fullName.slice(fullName.lastIndexOf('.') + 1),
    fullName,
    fields: fields.map(([name, scalar], i) => ({
      name,
      number: i + 1,
      type: scalarType(scalar),
      isRepeated: false,
      isPacked: false,
      hasPresence: false,
      isRequired: false,
      oneof: null,
      decimal: null,
    })),
    oneofs: [],
    nested: [],
    isMapEntry: false,
  }
}

/** `{ value }`, as in google/protobuf/wrappers.proto. */
export const wrapperMessage = (fullName: string, scalar: Scalar): MessageType => message(fullName, [['value', scalar]])

/** The fields of such a message as columns. */
export const rawColumns = ({ fields }: MessageType): Column[] =>
  fields.map(({ name, type }) => {
    if (type.kind !== 'scalar') throw new Error(`${name} is not a scalar`)
    return { name, type: type.scalar === 'bytes' ? BYTES : type.scalar === 'int32' ? INTEGER : BIGINT }
  })

/** By SQL type. */
export const WELL_KNOWN: { readonly [kind in 'DECIMAL' | 'TIMESTAMP' | 'DATE' | 'TIME']: WellKnown } = {
  DECIMAL: {
    message: message(DECIMAL_MESSAGE, [
      ['value', 'bytes'],
      ['precision', 'uint32'],
      ['scale', 'int32'],
    ]),
    path: 'confluent/type/decimal.proto',
    toValue: ([value, , scale], type) => toDecimal(value as Uint8Array, scale as number, type as DecimalType),
    toRaw(value, type, raw) {
      const { unscaled, scale } = value as Decimal
      raw[0] = bytesOf(unscaled)
      raw[1] = (type as DecimalType).precision
      raw[2] = scale
    },
  },
  TIMESTAMP: {
    message: message(TIMESTAMP_MESSAGE, [
      ['seconds', 'int64'],
      ['nanos', 'int32'],
    ]),
    path: 'google/protobuf/timestamp.proto',
    toValue([seconds, nanos]) {
      const ms = Number(seconds) * 1000 + Math.floor((nanos as number) / NANOS_PER_MS)
      if (Number.isSafeInteger(ms)) return ms
      throw new WireFailure(`Timestamp is not valid. See proto definition for valid values. Seconds (${seconds}).`)
    },
    toRaw(value, _type, raw) {
      const seconds = Math.floor((value as number) / 1000)
      raw[0] = seconds
      raw[1] = ((value as number) - seconds * 1000) * NANOS_PER_MS
    },
  },
  DATE: {
    message: message(DATE_MESSAGE, [
      ['year', 'int32'],
      ['month', 'int32'],
      ['day', 'int32'],
    ]),
    path: 'google/type/date.proto',
    toValue([year, month, day]) {
      const [y, m, d] = [year as number, month as number, day as number]
      if (m >= 1 && m <= 12 && d >= 1 && d <= monthLength(y, m)) return daysFromCivil(y, m, d)
      throw new WireFailure(`Invalid date: year ${y}, month ${m}, day ${d}`)
    },
    toRaw: (value, _type, raw) => setCivilDate(value as number, raw),
  },
  TIME: {
    message: message(TIME_MESSAGE, [
      ['hours', 'int32'],
      ['minutes', 'int32'],
      ['seconds', 'int32'],
      ['nanos', 'int32'],
    ]),
    path: 'google/type/timeofday.proto',
    toValue([hours, minutes, seconds, nanos]) {
      const whole = ((hours as number) * 60 + (minutes as number)) * 60 + (seconds as number)
      const ms = whole * 1000 + Math.floor((nanos as number) / NANOS_PER_MS)
      if (isTimeOfDay(ms)) return ms
      throw new WireFailure(TIME_RANGE)
    },
    toRaw(value, _type, raw) {
      const seconds = Math.floor((value as number) / 1000)
      raw[0] = Math.floor(seconds / 3600)
      raw[1] = Math.floor(seconds / 60) % 60
      raw[2] = seconds % 60
      raw[3] = ((value as number) % 1000) * NANOS_PER_MS
    },
  },
}

const BY_MESSAGE: ReadonlyMap<string, keyof typeof WELL_KNOWN> = new Map([
  [DECIMAL_MESSAGE, 'DECIMAL'],
  [TIMESTAMP_MESSAGE, 'TIMESTAMP'],
  [DATE_MESSAGE, 'DATE'],
  [TIME_MESSAGE, 'TIME'],
])

/** The SQL type that a message stands for; undefined for all other messages. */
export const wellKnownKind = ({ fullName }: MessageType): keyof typeof WELL_KNOWN | undefined =>
  BY_MESSAGE.get(fullName)

/** A bound on memory: a field of two bytes must not stand for a number of a million digits. */
const MAX_SCALE = 10_000

function toDecimal(bytes: Uint8Array, scale: number, type: DecimalType): Decimal {
  if (Math.abs(scale) > MAX_SCALE) throw new WireFailure(`Scale of a decimal is out of range: ${scale}`)
  const unscaled = bigIntOf(bytes)
  const value = scale >= 0 ? new Decimal(unscaled, scale) : new Decimal(unscaled * powerOfTen(-scale), 0)
  try {
    return fitDecimal(value, type)
  } catch (error) {
    throw new WireFailure((error as Error).message)
  }
}

/** Two's complement, big-endian, of any length; nothing is zero. */
function bigIntOf(bytes: Uint8Array): bigint {
  const { length } = bytes
  if (length === 0) return 0n
  if (length > 6) return BigInt.asIntN(8 * length, BigInt(`0x${Buffer.from(bytes).toString('hex')}`))
  let value = (bytes[0]! << 24) >> 24
  for (let i = 1; i < length; i++) value = value * 256 + bytes[i]!
  return BigInt(value)
}

/** Year, month and day of the days since the epoch. `Date` counts them on the same calendar as Java's LocalDate. */
function setCivilDate(days: number, raw: Value[]): void {
  const date = new Date(days * DAY_MS)
  raw[0] = date.getUTCFullYear()
  raw[1] = date.getUTCMonth() + 1
  raw[2] = date.getUTCDate()
}

/** The shortest two's complement, big-endian; one byte for zero. */
export function bytesOf(value: bigint): Uint8Array {
  const size = (value < 0n ? -value - 1n : value).toString(2).length
  const length = (size >> 3) + 1
  const hex = BigInt.asUintN(8 * length, value).toString(16)
  return Buffer.from(hex.padStart(2 * length, '0'), 'hex')
}
