/** A metric whose values are asked for at each scrape: what is counted where the work is done is not counted again here. */
import { Gauge, type MetricObjectWithValues, type MetricType, type MetricValue, type Registry } from 'prom-client'

export type Labels = Readonly<Record<string, string | number>>

/** `name`: of its series, where it is not the metric's own. */
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
    // The library's types have numbers for what is text at run time.
    return { name, help, type: type as unknown as MetricType, aggregator: 'sum', values, collect: () => {} }
  }
}
