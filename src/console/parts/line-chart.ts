/** Lines over time, drawn by uPlot in the colours of the page. */
import UPlot from 'uplot'
import type { ChartData } from './chart-data.ts'

interface LineChartOptions {
  readonly height?: number
  /** The text of a value on the axis. Default: the number. */
  readonly valueText?: (value: number) => string
}

const COLOURS = 8

/** Times of day, with seconds where the ticks are less than a minute apart. */
function clockTexts(seconds: readonly number[]): string[] {
  const step = (seconds[1] ?? 0) - (seconds[0] ?? 0)
  return seconds.map((time) => new Date(time * 1000).toTimeString().slice(0, step < 60 ? 8 : 5))
}

export class LineChart {
  readonly #host: HTMLElement
  readonly #height: number
  readonly #valueText: ((value: number) => string) | null
  readonly #observer: ResizeObserver
  #plot: UPlot | null = null
  #drawn: ChartData | null = null
  #labels = ''

  constructor(host: HTMLElement, { height = 190, valueText }: LineChartOptions = {}) {
    this.#host = host
    this.#height = height
    this.#valueText = valueText ?? null
    this.#observer = new ResizeObserver(() => this.#plot?.setSize({ width: host.clientWidth, height }))
    this.#observer.observe(host)
  }

  /** Draws what has changed since the last call: the data, or the colours of the page. */
  draw(chart: ChartData): void {
    const { times, lines } = chart
    const labels = lines.map(({ label }) => label).join('\n') + document.documentElement.dataset['theme']
    if (chart === this.#drawn && labels === this.#labels) return
    this.#drawn = chart
    const data: UPlot.AlignedData = [[...times], ...lines.map(({ values }) => [...values])]
    if (this.#plot !== null && labels === this.#labels) {
      this.#plot.setData(data)
      return
    }
    this.#labels = labels
    this.#plot?.destroy()
    this.#plot = new UPlot(this.#options(lines.map(({ label }) => label)), data, this.#host)
  }

  close(): void {
    this.#observer.disconnect()
    this.#plot?.destroy()
  }

  #options(labels: readonly string[]): UPlot.Options {
    const style = getComputedStyle(this.#host)
    const colour = (name: string) => style.getPropertyValue(name).trim()
    const axis = {
      stroke: colour('--text-dim'),
      grid: { stroke: colour('--line'), width: 1 },
      ticks: { show: false },
      font: `11px ${colour('--sans')}`,
    }
    const valueText = this.#valueText
    return {
      width: this.#host.clientWidth,
      height: this.#height,
      legend: { show: labels.length > 1, live: false },
      cursor: { points: { size: 6 }, y: false },
      scales: { y: { range: { min: { mode: 2, hard: 0, soft: 0 }, max: { mode: 2, soft: 1 } } } },
      axes: [
        { ...axis, space: 70, values: (_plot: UPlot, ticks: number[]) => clockTexts(ticks) },
        {
          ...axis,
          size: 56,
          ...(valueText !== null && { values: (_plot: UPlot, ticks: number[]) => ticks.map(valueText) }),
        },
      ],
      series: [
        {},
        ...labels.map((label, i) => ({
          label,
          stroke: colour(`--series-${(i % COLOURS) + 1}`),
          width: 1.5,
          spanGaps: true,
          points: { show: false },
        })),
      ],
    }
  }
}
