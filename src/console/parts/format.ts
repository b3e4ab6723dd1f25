/** Numbers, times and sizes as a reader takes them in at a glance. */

const COUNT = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const SHORT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })

/** 1,234,567. */
export const countText = (count: number): string => COUNT.format(count)

/** 1 partition, 2 partitions. */
export const countOf = (count: number, noun: string): string => `${countText(count)} ${noun}${count === 1 ? '' : 's'}`

/** As `countText`, for the axis of a chart: a count has no fractions, so ticks between two counts have no text. */
export const wholeText = (value: number): string => (Number.isInteger(value) ? countText(value) : '')

/** 1.2M. */
export const shortCount = (count: number): string => SHORT.format(count)

/** Per second; a rate below one keeps two digits. */
export const rateText = (perSecond: number): string =>
  `${perSecond > 0 && perSecond < 1 ? perSecond.toFixed(2) : shortCount(perSecond)}/s`

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'] as const

export function bytesText(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), UNITS.length - 1)
  const size = bytes / 1024 ** power
  return `${size < 10 && power > 0 ? size.toFixed(1) : Math.round(size)} ${UNITS[power]}`
}

/** A duration in its two largest units. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  const seconds = Math.floor(ms / 1000)
  if (seconds < 60) return `${(ms / 1000).toFixed(1)} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`
}

/** Local date and time, as ISO 8601 orders them. */
export function timeText(epochMs: number): string {
  const two = (number: number) => String(number).padStart(2, '0')
  const time = new Date(epochMs)
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`
  return `${date} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`
}

/** A share of a whole, in percent. */
export const percentText = (share: number): string => `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`
