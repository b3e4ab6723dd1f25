/** Places of the nodes and edges of a graph, from left to right as records flow. */
import dagre from '@dagrejs/dagre'
import { edgeId, type Graph } from './graph-model.ts'

export const NODE_WIDTH = 190
export const NODE_HEIGHT = 48

/** Room for the text of an edge before the node that it leads to. */
const LABEL_ROOM = 34

export interface PlacedNode {
  readonly id: string
  /** Upper left corner. */
  readonly x: number
  readonly y: number
}

export interface PlacedEdge {
  readonly from: string
  readonly to: string
  /** SVG path. */
  readonly path: string
  /** Place of the text beside it. */
  readonly labelX: number
  readonly labelY: number
}

export interface Layout {
  readonly width: number
  readonly height: number
  readonly nodes: readonly PlacedNode[]
  readonly edges: readonly PlacedEdge[]
}

/** What the layout depends on: places stay as they are while only figures change. */
export const shapeOf = ({ nodes, edges }: Graph): string =>
  JSON.stringify([nodes.map(({ id }) => id), edges.map(({ from, to }) => [from, to])])

export function layoutOf({ nodes, edges }: Graph): Layout {
  const graph = new dagre.graphlib.Graph({ multigraph: true })
  graph.setGraph({ rankdir: 'LR', nodesep: 22, ranksep: 76, edgesep: 12, marginx: 20, marginy: 20 })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const { id } of nodes) graph.setNode(id, { width: NODE_WIDTH, height: NODE_HEIGHT })
  for (const edge of edges) {
    graph.setEdge(edge.from, edge.to, { width: 48, height: 14, labelpos: 'c' }, edgeId(edge))
  }
  dagre.layout(graph)
  const arriving = new Map<string, number>()
  for (const { to } of edges) arriving.set(to, (arriving.get(to) ?? 0) + 1)
  const { width = 0, height = 0 } = graph.graph()
  return {
    width,
    height,
    nodes: nodes.map(({ id }) => {
      const { x = 0, y = 0 } = graph.node(id)
      return { id, x: x - NODE_WIDTH / 2, y: y - NODE_HEIGHT / 2 }
    }),
    edges: edges.map(({ from, to }) => {
      const { points = [], x = 0, y = 0 } = graph.edge(from, to, edgeId({ from, to }))
      const [left, right] = [graph.node(from), graph.node(to)]
      const start = { x: (left.x ?? 0) + NODE_WIDTH / 2, y: left.y ?? 0 }
      const end = { x: (right.x ?? 0) - NODE_WIDTH / 2, y: right.y ?? 0 }
      // Where an edge arrives alone, its text stands before the arrival, which no other edge passes.
      const isAlone = arriving.get(to) === 1
      const label = isAlone ? { labelX: end.x - LABEL_ROOM, labelY: end.y } : { labelX: x, labelY: y }
      return { from, to, path: curve([start, ...points.slice(1, -1), end]), ...label }
    }),
  }
}

interface Point {
  readonly x: number
  readonly y: number
}

/** A line through the points that leaves and reaches each of them to the right. */
function curve(points: readonly Point[]): string {
  const [first] = points
  if (first === undefined) return ''
  const text = (x: number, y: number) => `${x.toFixed(1)},${y.toFixed(1)}`
  const parts = points.slice(1).map(({ x, y }, i) => {
    const from = points[i]!
    const middle = (from.x + x) / 2
    return `C${text(middle, from.y)} ${text(middle, y)} ${text(x, y)}`
  })
  return `M${text(first.x, first.y)} ${parts.join(' ')}`
}
