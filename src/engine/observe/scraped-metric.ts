/** A metric whose values are read at each scrape from the counters kept where the work is done. */
import { Gauge, type MetricObjectWithValues, type MetricType, type MetricValue, type Registry } from 'prom-client'
import type { MetricFamily } from './metric-family.ts'

/** Registers itself; `samples` is called at each scrape. */
export class ScrapedMetric extends Gauge {
  readonly #family: MetricFamily

  constructor(registry: Registry, family: MetricFamily) {
    super({ name: family.name, help: family.help, registers: [registry] })
    this.#family = family
  }

  override async get(): Promise<MetricObjectWithValues<MetricValue<string>>> {
    const { name, help, type, samples } = this.#family
    const values = [...(await samples())].map((sample) => ({
      labels: sample.labels,
      value: sample.value,
      metricName: sample.name ?? name,
    }))
    // The library types `type` as a number, but it is text at run time.
    return { name, help, type: type as unknown as MetricType, aggregator: 'sum', values, collect: () => {} }
  }
}
