/** A picture of the flow as SVG: bands between boxes, as wide as their share of the bytes. */
import type { Route } from './data.ts'
import { type Measurement, reduction } from './measurement.ts'
import { count, megabytes, percent } from './report.ts'

const WIDTH = 920
const HEIGHT = 430
const BOX = 190
const TOP = 70
/** Height of all that came in. */
const FLOW = 220
const GAP = 26

const COLOURS: Readonly<Record<Route, string>> = { thrown: '#7a828f', user: '#2f7ed8', machine: '#e08a1e' }
const NAMES: Readonly<Record<Route, string>> = { thrown: 'thrown away', user: 'user logs', machine: 'machine logs' }
const ORDER: readonly Route[] = ['user', 'machine', 'thrown']

export function flowPicture(measured: Measurement): string {
  const { sent, routed, targets } = measured
  const middle = { left: 330, right: 330 + BOX }
  const right = WIDTH - BOX - 20
  let from = TOP
  let to = TOP
  const bands: string[] = []
  const boxes: string[] = []
  for (const route of ORDER) {
    const share = routed[route].bytes / sent.bytes
    const height = Math.max(2, FLOW * share)
    bands.push(band({ x: middle.right, y: from }, { x: right, y: to }, { height, colour: COLOURS[route] }))
    const target = route === 'thrown' ? '' : targets[route]
    const lines = [
      `${NAMES[route]}: ${percent(share)}`,
      `${megabytes(routed[route].bytes)} MB, ${count(routed[route].logs)} logs`,
      ...(target === '' ? [] : [`to ${target}`]),
    ]
    boxes.push(box({ x: right, y: to, height, colour: COLOURS[route] }, lines))
    from += height
    to += heightOf(height, lines) + GAP
  }
  const input = band({ x: 20 + BOX, y: TOP }, { x: middle.left, y: TOP }, { height: FLOW, colour: '#8a94a6' })
  const seconds = measured.totalMs / 1000
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="13">
<title>Log routing: ${percent(reduction(measured))} less storage</title>
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
<text x="20" y="36" font-size="18" fill="#1c2430">${megabytes(sent.bytes)} MB of logs, ${percent(reduction(measured))} less storage</text>
${[input, ...bands].join('\n')}
${box({ x: 20, y: TOP, height: FLOW, colour: '#56617a' }, ['syslog and JSON lines', `${megabytes(sent.bytes)} MB`, `${count(sent.logs)} logs`])}
${box({ x: middle.left, y: TOP, height: FLOW, colour: '#1c2430' }, ['Millrace', 'regex, routes, hosts', `${count(sent.logs / seconds)} logs/s`])}
${boxes.join('\n')}
</svg>
`
}

interface Point {
  readonly x: number
  readonly y: number
}

function band(
  start: Point,
  end: Point,
  { height, colour }: { readonly height: number; readonly colour: string },
): string {
  const bend = (start.x + end.x) / 2
  const curve = (a: Point, b: Point) => `C${bend},${px(a.y)} ${bend},${px(b.y)} ${b.x},${px(b.y)}`
  const low = (point: Point): Point => ({ x: point.x, y: point.y + height })
  const path = `M${start.x},${px(start.y)} ${curve(start, end)} L${end.x},${px(end.y + height)} ${curve(low(end), low(start))} Z`
  return `<path d="${path}" fill="${colour}" opacity="0.35"/>`
}

interface Box extends Point {
  readonly height: number
  readonly colour: string
}

const LINE = 18
const isInside = (height: number, lines: readonly string[]): boolean => height >= (LINE + 2) * lines.length

/** With the text below it. */
const heightOf = (height: number, lines: readonly string[]): number =>
  isInside(height, lines) ? height : height + LINE * lines.length

/** The text stands inside of a box that is high enough, else below it. */
function box({ x, y, height, colour }: Box, lines: readonly string[]): string {
  const isWithin = isInside(height, lines)
  const first = isWithin ? y + height / 2 - (LINE / 2) * (lines.length - 1) + 4 : y + height + 15
  const texts = lines.map((line, i) => {
    const fill = isWithin ? '#fff' : '#1c2430'
    return `<text x="${x + 10}" y="${px(first + LINE * i)}" fill="${fill}">${escaped(line)}</text>`
  })
  return `<rect x="${x}" y="${px(y)}" width="${BOX}" height="${px(height)}" rx="4" fill="${colour}"/>${texts.join('')}`
}

const px = (length: number): string => length.toFixed(1)
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
