/**
 * The day that calendar fields name, resolved leniently as java.util.GregorianCalendar does: of fields that contradict each other, those
 * that were set last count, and any number is taken (day 0 is the last one of the month before). Weeks begin on Sunday, and the week of
 * 1 January is the first one. The calendar is the Gregorian one throughout.
 */
import { DAY_MS } from '../../types/time-text.ts'

/** Months count from 0, days of the week from Sunday as 0. */
export type DayField =
  | 'month'
  | 'dayOfMonth'
  | 'dayOfYear'
  | 'dayOfWeek'
  | 'dayOfWeekInMonth'
  | 'weekOfMonth'
  | 'weekOfYear'

const SUNDAY = 0
/** 1970-01-01 was a Thursday. */
const EPOCH_DAY_OF_WEEK = 4

export class DayFields {
  readonly #values = new Map<DayField, number>()
  /** When each field was set, counted from 1. */
  readonly #order = new Map<DayField, number>()

  set(field: DayField, value: number): void {
    this.#values.set(field, value)
    this.#order.set(field, this.#order.size === 0 ? 1 : Math.max(...this.#order.values()) + 1)
  }

  /** Days since the epoch. */
  epochDay(year: number): number {
    const day = this.#deciding()
    const firstOfYear = firstDayOf(year, 0)
    if (day === 'dayOfYear') return firstOfYear + this.#get('dayOfYear', 1) - 1
    if (day === 'weekOfYear') return this.#inWeek(firstOfYear, this.#get('weekOfYear', 1))
    const firstOfMonth = firstDayOf(year, this.#get('month', 0))
    if (day === 'dayOfMonth') return firstOfMonth + this.#get('dayOfMonth', 1) - 1
    if (day === 'weekOfMonth') return this.#inWeek(firstOfMonth, this.#get('weekOfMonth', 1))
    return onOrBefore(firstOfMonth + 7 * this.#get('dayOfWeekInMonth', 1) - 1, this.#get('dayOfWeek', SUNDAY))
  }

  /** The field that decides the day; a week decides together with a day of the week, or alone where nothing else was set. */
  #deciding(): DayField {
    const dayOfWeek = this.#setAt('dayOfWeek')
    const withDayOfWeek = (field: DayField) => {
      const at = this.#setAt(field)
      return at === 0 || dayOfWeek === 0 ? 0 : Math.max(at, dayOfWeek)
    }
    const complete = this.#latest({
      dayOfMonth: this.#setAt('dayOfMonth'),
      dayOfYear: this.#setAt('dayOfYear'),
      weekOfMonth: withDayOfWeek('weekOfMonth'),
      dayOfWeekInMonth: withDayOfWeek('dayOfWeekInMonth'),
      weekOfYear: withDayOfWeek('weekOfYear'),
    })
    const alone = this.#latest({
      weekOfMonth: this.#setAt('weekOfMonth'),
      dayOfWeekInMonth: Math.max(this.#setAt('dayOfWeekInMonth'), dayOfWeek),
      weekOfYear: this.#setAt('weekOfYear'),
    })
    return complete ?? alone ?? 'dayOfMonth'
  }

  /** The field with the latest time; of equals (one day of the week serves several) the one that was set last itself; null if all are 0. */
  #latest(times: Readonly<Partial<Record<DayField, number>>>): DayField | null {
    const set = (Object.entries(times) as [DayField, number][]).filter(([, at]) => at > 0)
    set.sort(([a, atA], [b, atB]) => atB - atA || this.#setAt(b) - this.#setAt(a))
    return set[0]?.[0] ?? null
  }

  #inWeek(firstDay: number, week: number): number {
    return onOrBefore(onOrBefore(firstDay, SUNDAY) + 6, this.#get('dayOfWeek', SUNDAY)) + 7 * (week - 1)
  }

  #get(field: DayField, otherwise: number): number {
    return this.#values.get(field) ?? otherwise
  }

  /** 0: not set. */
  #setAt(field: DayField): number {
    return this.#order.get(field) ?? 0
  }
}

function firstDayOf(year: number, month: number): number {
  const date = new Date(0)
  date.setUTCFullYear(year, month, 1)
  return date.getTime() / DAY_MS
}

/** The latest such day of the week that is not after `day`. */
function onOrBefore(day: number, dayOfWeek: number): number {
  const behind = (((day + EPOCH_DAY_OF_WEEK - dayOfWeek) % 7) + 7) % 7
  return day - behind
}
