/** Lines over time that a view has read. */
import { useEffect, useRef } from 'preact/hooks'
import type { ChartData } from './chart-data.ts'
import { LineChart } from './line-chart.ts'

interface PlotProps {
  readonly title: string
  readonly data: ChartData
  readonly valueText: (value: number) => string
}

export function Plot({ title, data, valueText }: PlotProps) {
  const host = useRef<HTMLDivElement>(null)
  const chart = useRef<LineChart | null>(null)
  useEffect(() => {
    const made = new LineChart(host.current!, { height: 150, valueText })
    chart.current = made
    return () => made.close()
  }, [valueText])
  useEffect(() => chart.current?.draw(data), [data])
  const last = data.lines.map(({ values }) => values.at(-1) ?? null).find((value) => value !== null)
  return (
    <figure class="plot">
      <figcaption>
        {title}
        {last !== undefined && last !== null && <b> {valueText(last)}</b>}
      </figcaption>
      <div class="plot-canvas" ref={host} role="img" aria-label={`${title} over the last hour`} />
    </figure>
  )
}
