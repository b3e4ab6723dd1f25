/** A metric whose values are read at each scrape from the counters kept where the work is done. */
import { Gauge, type MetricObjectWithValues, type MetricType, type MetricValue, type Registry } from 'prom-client'

export type Labels = Readonly<Record<string, string | number>>

/** One value of a metric. `name`: name of its series where it differs from the metric's, as in histograms. */
export interface Sample {
  readonly labels: Labels
  readonly value: number
  readonly name?: string
}

export interface ScrapedMetricOptions {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly samples: () => Iterable<Sample>
}

/** Registers itself; `samples` is called at each scrape. */
export class ScrapedMetric extends Gauge {
  readonly #options: ScrapedMetricOptions

  constructor(registry: Registry, options: ScrapedMetricOptions) {
    super({ name: options.name, help: options.help, registers: [registry] })
    this.#options = options
  }

  override async get(): Promise<MetricObjectWithValues<MetricValue<string>>> {
    const { name, help, type, samples } = this.#options
    const values = [...samples()].map((sample) => ({
      labels: sample.labels,
      value: sample.value,
      metricName: sample.name ?? name,
    }))
    // The library types `type` as a number, but it is text at run time.
    return { name, help, type: type as unknown as MetricType, aggregator: 'sum', values, collect: () => {} }
  }
}
