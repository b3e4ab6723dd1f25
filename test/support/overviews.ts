// Overviews of a server as the console reads them, of which a test names what it is about.

import type { ConnectorOverview, Overview, QueryOverview, SourceOverview } from '../../src/engine/describe/overview.ts'
import { NO_COUNTS, type QueryCounts } from '../../src/engine/describe/query-counts.ts'

export const overviewWith = (parts: Partial<Overview>): Overview => ({
  at: 0,
  sources: [],
  queries: [],
  connectors: [],
  pushQueries: 0,
  ...parts,
})

export const sourceOf = (name: string, parts: Partial<SourceOverview> = {}): SourceOverview => ({
  name,
  kind: 'STREAM',
  topic: name,
  valueFormat: 'JSON',
  isWindowed: false,
  ...parts,
})

export interface GivenQuery {
  readonly reads?: readonly string[]
  readonly writes?: string | null
  readonly counts?: Partial<QueryCounts>
}

/** A running query; each of its sources has given all of its records. */
export const queryOf = (id: string, { reads = [], writes = 'OUT', counts = {} }: GivenQuery = {}): QueryOverview => ({
  id,
  state: 'RUNNING',
  reads: reads.map((name) => ({ name, records: counts.recordsIn ?? 0 })),
  writes,
  counts: { ...NO_COUNTS, ...counts },
  trouble: null,
  nextVersion: null,
})

export const connectorOf = (name: string, parts: Partial<ConnectorOverview> = {}): ConnectorOverview => ({
  name,
  kind: 'SINK',
  connector: 'file',
  topic: 't',
  state: 'RUNNING',
  records: 0,
  refused: 0,
  lagRecords: null,
  trouble: null,
  ...parts,
})
