import { expect, it } from 'vitest'
import { healthOf } from '../../../../src/console/api/query-health.ts'
import { NO_RATES, ratesOf, withSnapshot } from '../../../../src/console/api/rates.ts'
import { graphOf, pathThrough } from '../../../../src/console/graph/graph-model.ts'
import { layoutOf, NODE_WIDTH, shapeOf } from '../../../../src/console/graph/layout.ts'
import { fitted, legible, zoomed } from '../../../../src/console/graph/view.ts'
import type { Overview, QueryOverview } from '../../../../src/engine/describe/overview.ts'
import { connectorOf, overviewWith, queryOf, sourceOf } from '../../../support/overviews.ts'

const NONE = ratesOf([])
const CHAIN: Overview = overviewWith({
  sources: [sourceOf('LOGS', { topic: 'logs' }), sourceOf('LA'), sourceOf('N', { kind: 'TABLE', isWindowed: true })],
  queries: [queryOf('Q1', { reads: ['LOGS'], writes: 'LA' }), queryOf('Q2', { reads: ['LOGS', 'LA'], writes: 'N' })],
})

const texts = (overview: Overview) => graphOf(overview, NONE).edges.map(({ from, to }) => `${from} ${to}`)

it('queries stand between what they read and what they write', () => {
  const { nodes } = graphOf(CHAIN, NONE)
  expect(nodes.map(({ id, kind, note }) => [id, kind, note])).toEqual([
    ['s:LOGS', 'stream', 'logs · JSON'],
    ['s:LA', 'stream', 'JSON'],
    ['s:N', 'table', 'JSON, windowed'],
    ['q:Q1', 'query', 'up to date'],
    ['q:Q2', 'query', 'up to date'],
  ])
  expect(texts(CHAIN)).toEqual(['s:LOGS q:Q1', 'q:Q1 s:LA', 's:LOGS q:Q2', 's:LA q:Q2', 'q:Q2 s:N'])
})

it('a topic is drawn where several things meet in it', () => {
  const overview = overviewWith({
    sources: [sourceOf('A', { topic: 't' }), sourceOf('B', { topic: 't' }), sourceOf('OUT', { topic: 'out' })],
    queries: [queryOf('Q', { reads: ['A'], writes: 'OUT' })],
    connectors: [
      connectorOf('SINK', { kind: 'SINK', topic: 'out' }),
      connectorOf('IN', { kind: 'SOURCE', topic: 't' }),
    ],
  })
  expect(texts(overview)).toEqual([
    't:t s:A',
    't:t s:B',
    's:OUT t:out',
    's:A q:Q',
    'q:Q s:OUT',
    't:out c:SINK',
    'c:IN t:t',
  ])
})

it('the processing log is drawn only where a query reads it', () => {
  const sources = [sourceOf('KSQL_PROCESSING_LOG')]
  expect(graphOf(overviewWith({ sources }), NONE).nodes).toEqual([])
  const queries = [queryOf('Q', { reads: ['KSQL_PROCESSING_LOG'], writes: null })]
  expect(texts(overviewWith({ sources, queries }))).toEqual(['s:KSQL_PROCESSING_LOG q:Q'])
})

it('what is before and behind a node is its path', () => {
  const graph = graphOf(CHAIN, NONE)
  expect([...pathThrough(graph, 'q:Q1')!].sort()).toEqual(['q:Q1', 'q:Q2', 's:LA', 's:LOGS', 's:N'])
  expect([...pathThrough(graph, 's:N')!].sort()).toEqual(['q:Q1', 'q:Q2', 's:LA', 's:LOGS', 's:N'])
  expect(pathThrough(graph, 'q:NONE')).toBeNull()
})

it('records flow from left to right, and nodes do not cover each other', () => {
  const graph = graphOf(CHAIN, NONE)
  const { nodes, edges, width, height } = layoutOf(graph)
  const at = new Map(nodes.map((node) => [node.id, node]))
  for (const { from, to } of edges) expect(at.get(from)!.x + NODE_WIDTH).toBeLessThan(at.get(to)!.x)
  expect(new Set(nodes.map(({ x, y }) => `${x} ${y}`)).size).toBe(nodes.length)
  expect(Math.max(...nodes.map(({ x }) => x + NODE_WIDTH))).toBeLessThan(width)
  expect(height).toBeGreaterThan(0)
  expect(edges.every(({ path }) => /^M[\d.]+,[\d.]+ C/.test(path))).toBe(true)
})

it('a layout depends on the nodes and edges, and on no figure', () => {
  const busy = { ...CHAIN, queries: CHAIN.queries.map((query) => ({ ...query, trouble: 'x' })) }
  expect(shapeOf(graphOf(busy, NONE))).toBe(shapeOf(graphOf(CHAIN, NONE)))
})

it('rates are those of the last seconds, whatever a restart does to the counts', () => {
  const at = (ms: number, recordsIn: number, latencyMs = 0, latencyCount = 0) =>
    overviewWith({
      at: ms,
      queries: [queryOf('Q', { reads: ['S'], counts: { recordsIn, latencyMs, latencyCount } })],
      connectors: [connectorOf('C', { records: recordsIn })],
    })
  let snapshots: Overview[] = []
  for (const one of [at(0, 0), at(3000, 600), at(6000, 900, 50, 10), at(7000, 1000, 90, 20)]) {
    snapshots = withSnapshot(snapshots, one)
  }
  expect(snapshots.map((one) => one.at)).toEqual([3000, 6000, 7000])
  expect(ratesOf(snapshots).queries.get('Q')).toMatchObject({ recordsIn: 100, reads: [100], latencyMs: 4.5 })
  expect(ratesOf(snapshots).connectors.get('C')).toBe(100)
  expect(ratesOf([at(0, 500), at(1000, 20)]).queries.get('Q')).toMatchObject({ recordsIn: 20, latencyMs: null })
  expect(ratesOf([at(0, 1)]).queries.size).toBe(0)
})

it.each<[Partial<Omit<QueryOverview, 'counts'>> & { counts?: object }, object, string]>([
  [{}, {}, 'good'],
  [{ state: 'ERROR' }, {}, 'failed'],
  [{ state: 'PAUSED', counts: { lagRecords: 1e6 } }, {}, 'paused'],
  [{ counts: { restoring: 5 } }, {}, 'restoring'],
  [{ trouble: 'waits' }, {}, 'errors'],
  [{}, { errors: 1 }, 'errors'],
  [{ counts: { lagRecords: 900 } }, {}, 'good'],
  [{ counts: { lagRecords: 4000 } }, { recordsIn: 100 }, 'lagging'],
  [{ counts: { lagRecords: 4000 } }, { recordsIn: 1000 }, 'good'],
])('a query that is %j with rates %j is %s', (query, rates, health) => {
  const { counts, ...rest } = query
  expect(healthOf({ ...queryOf('Q', { counts: counts ?? {} }), ...rest }, { ...NO_RATES, ...rates })).toBe(health)
})

it('a drawing is fitted into its place, and zooming keeps the point under the pointer', () => {
  expect(fitted({ width: 2000, height: 500 }, { width: 1000, height: 800 })).toEqual({ scale: 0.5, x: 0, y: 275 })
  expect(fitted({ width: 100, height: 100 }, { width: 300, height: 200 })).toEqual({ scale: 1, x: 100, y: 50 })
  expect(fitted({ width: 100, height: 100 }, { width: 0, height: 0 }).scale).toBe(1)
  expect(legible({ width: 2000, height: 500 }, { width: 1400, height: 800 }).scale).toBe(0.7)
  expect(legible({ width: 2000, height: 500 }, { width: 390, height: 800 })).toEqual({ scale: 0.6, x: 0, y: 250 })
  expect(zoomed({ x: 0, y: 0, scale: 1 }, 2, { x: 10, y: 20 })).toEqual({ scale: 2, x: -10, y: -20 })
  expect(zoomed({ x: 0, y: 0, scale: 1 }, 100, { x: 0, y: 0 }).scale).toBe(2)
})
