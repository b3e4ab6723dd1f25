/** What the connectors of this server have done. Kafka Connect's own are measured there. */
import type { ConnectorStatus } from '../../connectors/run/connector-spec.ts'
import type { DescribedMetric, MetricFamily } from './metric-family.ts'

type ConnectorMetric = DescribedMetric & { readonly value: (status: ConnectorStatus) => number | null }

const perConnector = (
  type: 'counter' | 'gauge',
  name: string,
  help: string,
  value: (status: ConnectorStatus) => number | null,
): ConnectorMetric => ({ type, name, help, labels: ['connector'], value })

/** Metrics with the label `connector`. */
const CONNECTOR_METRICS: readonly ConnectorMetric[] = [
  perConnector(
    'counter',
    'millrace_connector_records_total',
    'Records that the target of a sink has taken, or that a source has stored.',
    ({ records }) => records,
  ),
  perConnector(
    'counter',
    'millrace_connector_refused_records_total',
    'Records that could not be read or were refused, and were passed over.',
    ({ refused }) => refused,
  ),
  perConnector(
    'counter',
    'millrace_connector_retries_total',
    'Calls to the target that had to be made again.',
    ({ retries }) => retries,
  ),
  perConnector(
    'gauge',
    'millrace_connector_lag_records',
    'Records of the topic that the target of a sink does not have yet.',
    ({ lag }) => lag,
  ),
  perConnector(
    'gauge',
    'millrace_connector_failed_tasks',
    'Tasks of the connector that have failed and start again later.',
    ({ tasks }) => tasks.filter(({ state }) => state === 'FAILED').length,
  ),
]

/** `statuses`: read once for each scrape. */
export function connectorMetrics(statuses: () => readonly ConnectorStatus[]): MetricFamily[] {
  return CONNECTOR_METRICS.map(({ value, ...metric }) => ({
    ...metric,
    samples: () =>
      statuses().flatMap((status) => {
        const measured = value(status)
        return measured === null ? [] : [{ labels: { connector: status.name }, value: measured }]
      }),
  }))
}
