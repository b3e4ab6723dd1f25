/** The live graph of all that the server runs. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { Button } from '../parts/button.tsx'
import { EmptyState } from '../parts/empty-state.tsx'
import { rateText } from '../parts/format.ts'
import { Notice } from '../parts/notice.tsx'
import { linkTo } from '../parts/route.ts'
import { useOverview } from '../parts/use-overview.ts'
import { edgeId, type Graph, type GraphNode, graphOf, pathThrough } from './graph-model.ts'
import { type Layout, layoutOf, NODE_HEIGHT, NODE_WIDTH, type PlacedEdge, type PlacedNode, shapeOf } from './layout.ts'
import { usePanZoom } from './use-pan-zoom.ts'
import { fitted, legible, zoomed } from './view.ts'

export function GraphPage() {
  const { overview, rates, error } = useOverview()
  const graph = useMemo(() => (overview === null ? null : graphOf(overview, rates)), [overview, rates])
  const shape = graph === null ? '' : shapeOf(graph)
  const layout = useMemo(() => (graph === null ? null : layoutOf(graph)), [shape])
  return (
    <div class="graph-page">
      <h1 class="visually-hidden">Graph</h1>
      {error !== null && <Notice kind="bad">{error}</Notice>}
      {graph !== null && graph.nodes.length === 0 && (
        <EmptyState icon="graph" title="Nothing runs here yet">
          <p>Streams, tables and the queries between them are drawn here as soon as there are some.</p>
          <a href={linkTo('')}>Create a stream</a>
        </EmptyState>
      )}
      {graph !== null && layout !== null && graph.nodes.length > 0 && <GraphView graph={graph} layout={layout} />}
    </div>
  )
}

function GraphView({ graph, layout }: { readonly graph: Graph; readonly layout: Layout }) {
  const host = useRef<HTMLElement>(null)
  const { view, setView } = usePanZoom(host)
  const [pointed, setPointed] = useState<string | null>(null)
  const show = (viewOf: typeof fitted) => {
    const { clientWidth: width, clientHeight: height } = host.current!
    setView(viewOf(layout, { width, height }))
  }
  useEffect(() => show(legible), [layout])
  const zoom = (factor: number) => {
    const { clientWidth, clientHeight } = host.current!
    setView((last) => zoomed(last, factor, { x: clientWidth / 2, y: clientHeight / 2 }))
  }
  // A drag moves the drawing with each event of the pointer, and changes nothing in it.
  const drawing = useMemo(
    () => <Drawing graph={graph} layout={layout} pointed={pointed} onPoint={setPointed} />,
    [graph, layout, pointed],
  )
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the drawing is moved by the arrow keys too
    <section class="graph" ref={host} tabIndex={0} aria-label="Graph of streams, tables, topics and queries">
      <div class="graph-drawing" style={{ transform: `translate(${view.x}px, ${view.y}px) scale(${view.scale})` }}>
        {drawing}
      </div>
      <div class="graph-tools">
        <Button icon="plus" label="Larger" onClick={() => zoom(1.25)} />
        <Button icon="minus" label="Smaller" onClick={() => zoom(0.8)} />
        <Button onClick={() => show(fitted)}>Show all</Button>
      </div>
      <ul class="graph-legend">
        <li class="stream">stream</li>
        <li class="table">table</li>
        <li class="query">query</li>
        <li class="lagging">behind</li>
        <li class="failed">errors</li>
      </ul>
    </section>
  )
}

interface DrawingProps {
  readonly graph: Graph
  readonly layout: Layout
  /** The node under the pointer; null: there is none. */
  readonly pointed: string | null
  readonly onPoint: (id: string | null) => void
}

function Drawing({ graph, layout, pointed, onPoint }: DrawingProps) {
  const path = pointed === null ? null : pathThrough(graph, pointed)
  const placed = new Map(layout.nodes.map((node) => [node.id, node]))
  const rates = new Map(graph.edges.map((edge) => [edgeId(edge), edge.rate]))
  return (
    <>
      <svg width={layout.width} height={layout.height} aria-hidden="true">
        {layout.edges.map((edge) => (
          <Edge
            key={edgeId(edge)}
            edge={edge}
            rate={rates.get(edgeId(edge)) ?? null}
            isFaint={path !== null && !(path.has(edge.from) && path.has(edge.to))}
          />
        ))}
      </svg>
      {graph.nodes.map((node) => (
        <Node
          key={node.id}
          node={node}
          place={placed.get(node.id)}
          isFaint={path !== null && !path.has(node.id)}
          onPoint={onPoint}
        />
      ))}
    </>
  )
}

interface EdgeProps {
  readonly edge: PlacedEdge
  readonly rate: number | null
  readonly isFaint: boolean
}

function Edge({ edge, rate, isFaint }: EdgeProps) {
  const flows = rate !== null && rate > 0
  return (
    <g class={`edge${flows ? ' flowing' : ''}${isFaint ? ' faint' : ''}`}>
      <path d={edge.path} />
      {flows && (
        <text x={edge.labelX} y={edge.labelY - 6}>
          {rateText(rate)}
        </text>
      )}
    </g>
  )
}

interface NodeProps {
  readonly node: GraphNode
  readonly place: PlacedNode | undefined
  readonly isFaint: boolean
  readonly onPoint: (id: string | null) => void
}

function Node({ node, place, isFaint, onPoint }: NodeProps) {
  const { id, kind, title, note, health, view, name } = node
  if (place === undefined) return null
  return (
    <a
      class={`node ${kind} ${health}${isFaint ? ' faint' : ''}`}
      href={linkTo(view, name)}
      style={{ left: `${place.x}px`, top: `${place.y}px`, width: `${NODE_WIDTH}px`, height: `${NODE_HEIGHT}px` }}
      onPointerEnter={() => onPoint(id)}
      onPointerLeave={() => onPoint(null)}
      onFocus={() => onPoint(id)}
      onBlur={() => onPoint(null)}
    >
      <span class="visually-hidden">{kind}</span>
      <span class="node-title">{title}</span>
      <span class="node-note">{health === 'good' ? note : `${health} · ${note}`}</span>
    </a>
  )
}
