/** The field of pattern letter `g`, which js-joda does not have: days since 1858-11-17, as java.time.temporal.JulianFields counts them. */
import type { Temporal, TemporalAccessor, TemporalField } from '@js-joda/core'
import { joda } from './joda.ts'

/** Modified Julian day of 1970-01-01. */
const EPOCH_MODIFIED_JULIAN_DAY = 40_587

let field: TemporalField | null = null

/** The same object at each call, since js-joda compares fields by identity. */
export function modifiedJulianDay(): TemporalField {
  field ??= createField()
  return field
}

function createField(): TemporalField {
  const { ChronoField, ChronoUnit, LocalDate, TemporalField: Base, ValueRange } = joda()

  class ModifiedJulianDay extends Base {
    isSupportedBy(temporal: TemporalAccessor): boolean {
      return temporal.isSupported(ChronoField.EPOCH_DAY)
    }
    isDateBased(): boolean {
      return true
    }
    isTimeBased(): boolean {
      return false
    }
    baseUnit() {
      return ChronoUnit.DAYS
    }
    rangeUnit() {
      return ChronoUnit.FOREVER
    }
    range() {
      return ValueRange.of(
        LocalDate.MIN.toEpochDay() + EPOCH_MODIFIED_JULIAN_DAY,
        LocalDate.MAX.toEpochDay() + EPOCH_MODIFIED_JULIAN_DAY,
      )
    }
    rangeRefinedBy() {
      return this.range()
    }
    getFrom(temporal: TemporalAccessor): number {
      return temporal.getLong(ChronoField.EPOCH_DAY) + EPOCH_MODIFIED_JULIAN_DAY
    }
    adjustInto<R extends Temporal>(temporal: R, newValue: number): R {
      // js-joda types the result as Temporal; it is of the class of its argument.
      return temporal.with(ChronoField.EPOCH_DAY, newValue - EPOCH_MODIFIED_JULIAN_DAY) as R
    }
    /** Called by js-joda's parser with the values read so far; not among its types. */
    resolve(values: { readonly remove: (field: TemporalField) => number }) {
      return LocalDate.ofEpochDay(values.remove(this) - EPOCH_MODIFIED_JULIAN_DAY)
    }
    name(): string {
      return 'ModifiedJulianDay'
    }
    displayName(): string {
      return 'ModifiedJulianDay'
    }
    equals(other: unknown): boolean {
      return this === other
    }
    override toString(): string {
      return this.name()
    }
  }
  return new ModifiedJulianDay()
}
