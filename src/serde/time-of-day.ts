/** The range of TIME values, which formats check because they read them as plain integers. */
import { DAY_MS } from '../types/time-text.ts'

export const isTimeOfDay = (ms: number): boolean => ms >= 0 && ms < DAY_MS

/** Word for word as ksqlDB. */
export const TIME_RANGE = 'Time values must use number of milliseconds greater than 0 and less than 86400000.'
