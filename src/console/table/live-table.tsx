/** A result that grows: its rows, and all that can be done with them. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { ResultRow } from '../api/result-lines.ts'
import { Button } from '../parts/button.tsx'
import { countText, rateText } from '../parts/format.ts'
import { SearchField } from '../parts/search-field.tsx'
import { Chart } from './chart.tsx'
import { columnWidths } from './column-widths.ts'
import { rowsAsCsv, rowsAsJson } from './copy-rows.ts'
import { LiveRows } from './live-rows.tsx'
import { RowDetails } from './row-details.tsx'
import { drawnColumn } from './series.ts'
import type { TableModel } from './table-model.ts'
import { useFrames } from './use-frames.ts'

/** Once there are this many rows, columns keep their widths while more come. */
const SETTLED_ROWS = 20

interface LiveTableProps {
  readonly model: TableModel
  /** Whether more rows may come. */
  readonly isRunning: boolean
  /** Absent: the rows are all there, and nothing can be stopped. */
  readonly onStop?: () => void
}

export function LiveTable({ model, isRunning, onStop }: LiveTableProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const [isPaused, setPaused] = useState(false)
  const [follows, setFollows] = useState(true)
  const [selected, setSelected] = useState<ResultRow | null>(null)
  const [showsChart, setShowsChart] = useState(false)
  const [, redraw] = useState(0)
  const change = (work: () => void) => {
    work()
    redraw((count) => count + 1)
  }
  const rate = useRate(model, isRunning)
  useFrames(!isPaused && (isRunning || model.waiting > 0), () => {
    if (model.flush()) redraw((count) => count + 1)
  })
  useEffect(() => {
    const element = scroller.current
    if (follows && isRunning && !isPaused && element !== null) element.scrollTop = element.scrollHeight
  })
  const { columns, shown } = model
  const widths = useMemo(() => columnWidths(columns, shown), [columns, Math.min(shown.length, SETTLED_ROWS)])
  const numeric = drawnColumn(columns)
  return (
    <div class="live-table">
      <div class="toolbar">
        <span class="live-count" aria-live="off">
          <b>{countText(model.kept)}</b> rows{model.filter !== '' && `, ${countText(shown.length)} match`}
          {isRunning && <span class="dim"> · {rateText(rate)}</span>}
          {isPaused && model.waiting > 0 && <span class="accent"> · {countText(model.waiting)} new</span>}
          {model.dropped > 0 && (
            <span class="dim" title="The oldest rows make room for new ones.">
              {' '}
              · {countText(model.dropped)} dropped
            </span>
          )}
        </span>
        {isRunning && (
          <Button icon={isPaused ? 'play' : 'pause'} pressed={isPaused} onClick={() => setPaused(!isPaused)}>
            {isPaused ? 'Continue' : 'Pause'}
          </Button>
        )}
        {isRunning && onStop !== undefined && (
          <Button icon="stop" kind="danger" onClick={onStop}>
            Stop
          </Button>
        )}
        <SearchField
          label="Filter rows"
          hint="Filter: text, col:text, col>5"
          class="filter"
          onSearch={(text) => change(() => model.setFilter(text))}
        />
        <NewestBy model={model} onChange={change} />
        <Button icon="follow" pressed={follows} label="Follow the newest rows" onClick={() => setFollows(!follows)} />
        {numeric >= 0 && (
          <Button icon="chart" pressed={showsChart} onClick={() => setShowsChart(!showsChart)}>
            Chart
          </Button>
        )}
        <CopyButton text={() => rowsAsJson(columns, shown)}>JSON</CopyButton>
        <CopyButton text={() => rowsAsCsv(columns, shown)}>CSV</CopyButton>
      </div>
      {showsChart && numeric >= 0 && <Chart model={model} first={numeric} />}
      <div class="live-split">
        <LiveRows
          model={model}
          widths={widths}
          scroller={scroller}
          selected={selected}
          onSelect={setSelected}
          onSort={(sort) => change(() => model.setSort(sort))}
          onFollow={setFollows}
        />
        {selected !== null && <RowDetails columns={columns} row={selected} onClose={() => setSelected(null)} />}
      </div>
    </div>
  )
}

/** Rows per second, over the last second. */
function useRate(model: TableModel, isRunning: boolean): number {
  const [rate, setRate] = useState(0)
  useEffect(() => {
    if (!isRunning) return
    let last = { received: model.received, at: performance.now() }
    const timer = setInterval(() => {
      const now = { received: model.received, at: performance.now() }
      setRate(((now.received - last.received) * 1000) / (now.at - last.at))
      last = now
    }, 1000)
    return () => clearInterval(timer)
  }, [model, isRunning])
  return rate
}

interface NewestByProps {
  readonly model: TableModel
  /** Does what changes the rows that are shown, and draws them. */
  readonly onChange: (work: () => void) => void
}

/** Chooses the column of which each value has one row. */
function NewestBy({ model, onChange }: NewestByProps) {
  const [choice, setChoice] = useState(-1)
  return (
    <select
      aria-label="Which rows are shown"
      value={choice}
      onChange={(event) => {
        const column = Number(event.currentTarget.value)
        setChoice(column)
        onChange(() => model.setNewestBy(column < 0 ? [] : [column]))
      }}
    >
      <option value={-1}>Every row</option>
      {model.columns.map(({ name }, i) => (
        <option key={name} value={i}>
          Newest by {name}
        </option>
      ))}
    </select>
  )
}

function CopyButton({ text, children }: { readonly text: () => string; readonly children: string }) {
  const [isDone, setDone] = useState(false)
  useEffect(() => {
    if (!isDone) return
    const timer = setTimeout(() => setDone(false), 1500)
    return () => clearTimeout(timer)
  }, [isDone])
  const copy = () => void navigator.clipboard.writeText(text()).then(() => setDone(true))
  return (
    <Button icon={isDone ? 'check' : 'copy'} title={`Copy the rows that are shown as ${children}`} onClick={copy}>
      {children}
    </Button>
  )
}
