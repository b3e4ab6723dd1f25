/** A numeric column of a live table over time. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { isNumeric } from '../api/columns.ts'
import { LineChart } from '../parts/line-chart.ts'
import { seriesOf } from './series.ts'
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
  const [split, setSplit] = useState(-1)
  useEffect(() => {
    const chart = new LineChart(host.current!)
    const draw = () => chart.draw(seriesOf(model.columns, model.shown, { value, split: split < 0 ? null : split }))
    draw()
    const timer = setInterval(draw, REDRAW_MS)
    return () => {
      clearInterval(timer)
      chart.close()
    }
  }, [model, value, split])
  const columns = model.columns.map((column, index) => ({ column, index }))
  return (
    <div class="chart">
      <div class="chart-choices">
        <label>
          Chart of{' '}
          <select value={value} onChange={(event) => setValue(Number(event.currentTarget.value))}>
            {columns
              .filter(({ column }) => isNumeric(column))
              .map(({ column, index }) => (
                <option key={column.name} value={index}>
                  {column.name}
                </option>
              ))}
          </select>
        </label>
        <label>
          a line for each{' '}
          <select value={split} onChange={(event) => setSplit(Number(event.currentTarget.value))}>
            <option value={-1}>(one line)</option>
            {columns
              .filter(({ index }) => index !== value)
              .map(({ column, index }) => (
                <option key={column.name} value={index}>
                  {column.name}
                </option>
              ))}
          </select>
        </label>
      </div>
      <div class="chart-canvas" ref={host} role="img" aria-label={`${model.columns[value]?.name} over time`} />
    </div>
  )
}
