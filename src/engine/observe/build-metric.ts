/** Which program is at work. */
import { PEER_VERSION } from '../api.ts'
import type { MetricFamily } from './metric-family.ts'

/** Its value is always 1: the labels carry the versions. `version`: Millrace's. */
export const buildMetric = (version: string): MetricFamily => ({
  name: 'millrace_build_info',
  type: 'gauge',
  help: 'Versions of Millrace, of Node, and of the ksqlDB whose dialect it speaks; the value is always 1.',
  labels: ['version', 'node_version', 'ksqldb_version'],
  samples: () => [{ labels: { version, node_version: process.versions.node, ksqldb_version: PEER_VERSION }, value: 1 }],
})
