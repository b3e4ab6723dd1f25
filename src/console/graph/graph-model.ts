/** The graph of a server: what reads and writes what, with how fast records flow. */
import type { Overview } from '../../engine/describe/overview.ts'
import { PROCESSING_LOG } from '../api/log-stream.ts'
import { type Health, healthOf } from '../api/query-health.ts'
import { NO_RATES, type Rates } from '../api/rates.ts'

export interface GraphNode {
  readonly id: string
  readonly kind: 'stream' | 'table' | 'query' | 'topic' | 'connector'
  readonly title: string
  /** A line below the title. */
  readonly note: string
  readonly health: Health
  /** View and name that the node leads to. */
  readonly view: 'queries' | 'sources' | 'topics' | 'connectors'
  readonly name: string
}

export interface GraphEdge {
  readonly from: string
  readonly to: string
  /** Records per second; null: not known for this edge alone. */
  readonly rate: number | null
}

/** Tells the edges of a graph apart. */
export const edgeId = ({ from, to }: Pick<GraphEdge, 'from' | 'to'>): string => `${from}>${to}`

export interface Graph {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
}

export function graphOf(overview: Overview, rates: Rates): Graph {
  const queries = overview.queries
  const used = new Set(
    queries.flatMap(({ reads, writes }) => [...reads.map(({ name }) => name), ...(writes === null ? [] : [writes])]),
  )
  // The log is the server's own: it is drawn only where a query reads it.
  const sources = overview.sources.filter(({ name }) => used.has(name) || name !== PROCESSING_LOG)
  const topics = shownTopics(overview, sources)
  const graph = { nodes: [] as GraphNode[], edges: [] as GraphEdge[] }
  const add = (node: GraphNode) => graph.nodes.push(node)
  const link = (from: string, to: string, rate: number | null) => graph.edges.push({ from, to, rate })
  const written = new Set(queries.flatMap(({ writes }) => writes ?? []))

  for (const { name, kind, topic, valueFormat, isWindowed } of sources) {
    const window = isWindowed ? ', windowed' : ''
    const note = topics.has(topic) || topic === name ? `${valueFormat}${window}` : `${topic} · ${valueFormat}${window}`
    const type = kind === 'TABLE' ? 'table' : 'stream'
    add({ id: `s:${name}`, kind: type, title: name, note, health: 'good', view: 'sources', name })
    if (!topics.has(topic)) continue
    if (written.has(name)) link(`s:${name}`, `t:${topic}`, null)
    else link(`t:${topic}`, `s:${name}`, null)
  }
  for (const topic of topics) {
    add({ id: `t:${topic}`, kind: 'topic', title: topic, note: 'topic', health: 'good', view: 'topics', name: topic })
  }
  for (const query of queries) {
    const { id, reads, writes, counts } = query
    const rate = rates.queries.get(id) ?? NO_RATES
    const note = counts.lagRecords > 0 ? `lag ${counts.lagRecords.toLocaleString('en')}` : 'up to date'
    add({ id: `q:${id}`, kind: 'query', title: id, note, health: healthOf(query, rate), view: 'queries', name: id })
    for (const [i, { name }] of reads.entries()) link(`s:${name}`, `q:${id}`, rate.reads[i] ?? 0)
    if (writes !== null) link(`q:${id}`, `s:${writes}`, rate.recordsOut)
  }
  for (const { name, kind, connector, topic, state, trouble } of overview.connectors) {
    const health = state === 'FAILED' ? 'failed' : state === 'PAUSED' ? 'paused' : trouble === null ? 'good' : 'errors'
    add({ id: `c:${name}`, kind: 'connector', title: name, note: connector, health, view: 'connectors', name })
    const rate = rates.connectors.get(name) ?? 0
    if (kind === 'SOURCE') link(`c:${name}`, `t:${topic}`, rate)
    else link(`t:${topic}`, `c:${name}`, rate)
  }
  const ids = new Set(graph.nodes.map(({ id }) => id))
  return { nodes: graph.nodes, edges: graph.edges.filter(({ from, to }) => ids.has(from) && ids.has(to)) }
}

/** Topics that join several things; any other topic stands with its stream or table. */
function shownTopics({ connectors }: Overview, sources: Overview['sources']): ReadonlySet<string> {
  const counts = new Map<string, number>()
  for (const { topic } of sources) counts.set(topic, (counts.get(topic) ?? 0) + 1)
  const shared = [...counts].filter(([, count]) => count > 1).map(([topic]) => topic)
  return new Set([...shared, ...connectors.map(({ topic }) => topic)])
}

/** A node with everything upstream and downstream of it; null: the graph has no such node. */
export function pathThrough({ nodes, edges }: Graph, id: string): ReadonlySet<string> | null {
  if (!nodes.some((node) => node.id === id)) return null
  const reach = (start: 'from' | 'to', end: 'from' | 'to') => {
    const found = new Set([id])
    for (const node of found) for (const edge of edges) if (edge[start] === node) found.add(edge[end])
    return found
  }
  return reach('from', 'to').union(reach('to', 'from'))
}
