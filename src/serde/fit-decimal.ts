/** Decimals read from outside must be exactly what the column can hold. */
import { type Decimal, ensureFits } from '../types/decimal.ts'
import { type DecimalType, formatType } from '../types/sql-type.ts'

/** `value` with the type's scale. Throws an Error where digits would be lost or where it is too large. Source: ksqlDB DecimalUtil. */
export function fitDecimal(value: Decimal, type: DecimalType): Decimal {
  ensureFits(value, type.precision, type.scale)
  if (value.scale === type.scale) return value
  try {
    return value.rescale(type.scale, 'UNNECESSARY')
  } catch {
    throw new Error(
      `Cannot fit decimal '${value}' into ${formatType(type)} without rounding. (Requires ${value.precision()},${value.scale})`,
    )
  }
}
