/** What a line chart draws. */
export interface ChartData {
  /** Seconds since the epoch, ascending. */
  readonly times: readonly number[]
  /** One value for each time; null where a line has none. */
  readonly lines: readonly { readonly label: string; readonly values: readonly (number | null)[] }[]
}
