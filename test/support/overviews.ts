// Overviews of a server as the console reads them, of which a test names what it is about.

import type {
  ConnectorOverview,
  Overview,
  QueryCounts,
  QueryOverview,
  SourceOverview,
} from '../../src/engine/describe/overview.ts'

const NO_COUNTS: QueryCounts = {
  recordsIn: 0,
  recordsOut: 0,
  bytesIn: 0,
  bytesOut: 0,
  errors: 0,
  lateRecords: 0,
  droppedRecords: 0,
  lagRecords: 0,
  stateEntries: 0,
  stateBytes: 0,
  restored: 0,
  restoring: 0,
  latencyMs: 0,
  latencyCount: 0,
}

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
