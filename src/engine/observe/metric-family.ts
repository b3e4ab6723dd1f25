/** Metrics as plain data, so that only a scrape needs Prometheus's client. Names follow Prometheus's conventions: docs/operations.md#metrics. */

export type Labels = Readonly<Record<string, string | number>>

/** One value of a metric. `name`: name of its series where it differs from the metric's, as in histograms. */
export interface Sample {
  readonly labels: Labels
  readonly value: number
  readonly name?: string
}

export interface DescribedMetric {
  readonly name: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  /** One sentence. */
  readonly help: string
  /** Names of the labels. */
  readonly labels: readonly string[]
}

export interface MetricFamily extends DescribedMetric {
  /** Called at each scrape. */
  readonly samples: () => Iterable<Sample> | Promise<Iterable<Sample>>
}

/** Counts by size, as in a histogram of Prometheus. */
export interface HistogramCounts {
  /** Upper bounds, ascending, in the unit of the metric. */
  readonly bounds: readonly number[]
  /** One count per bound and one more; each excludes what an earlier one counts. */
  readonly buckets: readonly number[]
  readonly sum: number
}

/** Cumulative buckets, as Prometheus defines them: each also counts the buckets below it. */
export function histogramSamples(name: string, { bounds, buckets, sum }: HistogramCounts, labels: Labels): Sample[] {
  let count = 0
  const counted = buckets.map((bucket, i) => {
    count += bucket
    return { name: `${name}_bucket`, labels: { ...labels, le: bounds[i] ?? '+Inf' }, value: count }
  })
  return [...counted, { name: `${name}_sum`, labels, value: sum }, { name: `${name}_count`, labels, value: count }]
}

/** Durations that were measured in this thread. */
export class DurationHistogram implements HistogramCounts {
  readonly bounds: readonly number[]
  readonly buckets: number[]
  sum = 0

  /** `bounds` in seconds. */
  constructor(bounds: readonly number[]) {
    this.bounds = bounds
    this.buckets = new Array(bounds.length + 1).fill(0)
  }

  observe(seconds: number): void {
    const found = this.bounds.findIndex((bound) => seconds <= bound)
    this.buckets[found < 0 ? this.bounds.length : found]!++
    this.sum += seconds
  }
}
