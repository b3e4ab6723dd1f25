/** A numeric column of a live table over time. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { type Column, isNumeric } from '../api/columns.ts'
import type { ResultRow } from '../api/result-lines.ts'
import type { ChartData } from '../parts/chart-data.ts'
import { LineChart } from '../parts/line-chart.ts'
import { likelySplit, seriesOf } from './series.ts'
import type { TableModel } from './table-model.ts'

const REDRAW_MS = 500

interface ChartProps {
  readonly model: TableModel
  /** The column that is drawn at first. */
  readonly first: number
}

export function Chart({ model, first }: ChartProps) {
  const host = useRef<HTMLDivElement>(null)
  const [value, setValue] = useState(first)
  const [split, setSplit] = useState(() => likelySplit(model.columns, model.shown) ?? -1)
  useEffect(() => {
    const chart = new LineChart(host.current!)
    const choice = { value, split: split < 0 ? null : split }
    let last: { readonly rows: readonly ResultRow[]; readonly count: number; readonly series: ChartData } | null = null
    const draw = () => {
      const { columns, shown } = model
      // The model adds rows to the array that is shown, and makes another one where it changes more.
      if (last?.rows !== shown || last.count !== shown.length) {
        last = { rows: shown, count: shown.length, series: seriesOf(columns, shown, choice) }
      }
      chart.draw(last.series)
    }
    draw()
    const timer = setInterval(draw, REDRAW_MS)
    return () => {
      clearInterval(timer)
      chart.close()
    }
  }, [model, value, split])
  const options = (isOffered: (column: Column, index: number) => boolean) =>
    model.columns.flatMap((column, index) =>
      isOffered(column, index)
        ? [
            <option key={column.name} value={index}>
              {column.name}
            </option>,
          ]
        : [],
    )
  return (
    <div class="chart">
      <div class="chart-choices">
        <label>
          Chart of{' '}
          <select value={value} onChange={(event) => setValue(Number(event.currentTarget.value))}>
            {options(isNumeric)}
          </select>
        </label>
        <label>
          a line for each{' '}
          <select value={split} onChange={(event) => setSplit(Number(event.currentTarget.value))}>
            <option value={-1}>(one line)</option>
            {options((_column, index) => index !== value)}
          </select>
        </label>
      </div>
      <div class="chart-canvas" ref={host} role="img" aria-label={`${model.columns[value]?.name} over time`} />
    </div>
  )
}
