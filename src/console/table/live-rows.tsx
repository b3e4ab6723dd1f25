/** The rows of a table that are in sight: of a hundred thousand, only those are in the document. */
import type { RefObject } from 'preact'
import { useEffect, useMemo, useState } from 'preact/hooks'
import { type Column, isNumeric } from '../api/columns.ts'
import type { ResultRow } from '../api/result-lines.ts'
import { Icon } from '../parts/icon.tsx'
import { SortButton } from '../parts/sort-button.tsx'
import { cellText } from './table-filter.ts'
import type { Sort, TableModel } from './table-model.ts'

/** Pixels; the style sheet has the same. */
const ROW_HEIGHT = 26
/** Rows beyond those in sight, so that scrolling shows no gap. */
const SPARE = 8

interface LiveRowsProps {
  readonly model: TableModel
  /** Widths of the columns in characters. */
  readonly widths: readonly number[]
  readonly scroller: RefObject<HTMLDivElement | null>
  readonly selected: ResultRow | null
  readonly onSelect: (row: ResultRow | null) => void
  readonly onSort: (sort: Sort | null) => void
  /** Called when the user scrolls away from the last row, or back to it. */
  readonly onFollow: (follows: boolean) => void
}

export function LiveRows({ model, widths, scroller, selected, onSelect, onSort, onFollow }: LiveRowsProps) {
  const [view, setView] = useState({ top: 0, height: 600 })
  useEffect(() => {
    const element = scroller.current!
    const measure = () => setView({ top: element.scrollTop, height: element.clientHeight })
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [scroller])
  const { columns, shown } = model
  const classes = useMemo(() => columns.map(cellClass), [columns])
  const first = Math.max(0, Math.floor(view.top / ROW_HEIGHT) - SPARE)
  const last = Math.min(shown.length, Math.ceil((view.top + view.height) / ROW_HEIGHT) + SPARE)
  const template = { gridTemplateColumns: widths.map((width) => `minmax(${width}ch, ${width}fr)`).join(' ') }
  const onScroll = () => {
    const { scrollTop, clientHeight, scrollHeight } = scroller.current!
    onFollow(scrollTop + clientHeight >= scrollHeight - ROW_HEIGHT)
    setView({ top: scrollTop, height: clientHeight })
  }
  const onKeyDown = (event: KeyboardEvent) =>
    moveSelection(event, { shown, selected, onSelect, scroller: scroller.current! })
  return (
    <div
      class="live-rows"
      ref={scroller}
      onScroll={onScroll}
      onKeyDown={onKeyDown}
      role="grid"
      tabIndex={0}
      aria-label="Rows"
      aria-rowcount={shown.length + 1}
    >
      <div class="live-head" role="row" tabIndex={-1} style={template} aria-rowindex={1}>
        {columns.map((column, i) => (
          <HeadCell key={column.name} column={column} class={classes[i]!} index={i} sort={model.sort} onSort={onSort} />
        ))}
      </div>
      <div class="live-body" role="rowgroup" style={{ height: `${shown.length * ROW_HEIGHT}px` }}>
        {shown.slice(first, last).map((row, i) => (
          <Row
            key={first + i}
            row={row}
            index={first + i}
            columns={columns}
            classes={classes}
            template={template}
            isSelected={row === selected}
            onSelect={onSelect}
          />
        ))}
      </div>
    </div>
  )
}

interface HeadCellProps {
  readonly column: Column
  readonly class: string
  readonly index: number
  readonly sort: Sort | null
  readonly onSort: (sort: Sort | null) => void
}

const cellClass = (column: Column): string => `live-cell${isNumeric(column) ? ' number' : ''}`

/** A click sorts up, then down, then not. */
function HeadCell({ column, class: names, index, sort, onSort }: HeadCellProps) {
  const { name, type, isKey } = column
  const direction = sort?.column === index ? sort.direction : null
  const next: Sort | null =
    direction === 'descending' ? null : { column: index, direction: direction === null ? 'ascending' : 'descending' }
  return (
    <div role="columnheader" class={names} aria-sort={direction ?? 'none'} tabIndex={-1}>
      <SortButton direction={direction} title={`${type || 'Column'}: sort`} onClick={() => onSort(next)}>
        {isKey && <Icon name="key" />}
        {name}
      </SortButton>
    </div>
  )
}

interface RowProps {
  readonly row: ResultRow
  readonly index: number
  readonly columns: readonly Column[]
  /** Classes of the cells, by columns. */
  readonly classes: readonly string[]
  readonly template: { readonly gridTemplateColumns: string }
  readonly isSelected: boolean
  readonly onSelect: (row: ResultRow | null) => void
}

function Row({ row, index, columns, classes, template, isSelected, onSelect }: RowProps) {
  // A table is drawn with each frame while rows come, and most rows in sight are those of the last frame.
  const cells = useMemo(
    () =>
      columns.map(({ name }, i) => {
        const value = row.values[i] ?? null
        return (
          <div key={name} role="gridcell" tabIndex={-1} class={classes[i]}>
            {value === null ? <span class="null">null</span> : cellText(value)}
          </div>
        )
      }),
    [row, columns, classes],
  )
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid has the keys for all its rows
    <div
      class={`live-row${row.isTombstone ? ' tombstone' : ''}`}
      role="row"
      tabIndex={-1}
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      style={{ ...template, transform: `translateY(${index * ROW_HEIGHT}px)` }}
      onClick={() => onSelect(isSelected ? null : row)}
    >
      {cells}
    </div>
  )
}

interface Selection {
  readonly shown: readonly ResultRow[]
  readonly selected: ResultRow | null
  readonly onSelect: (row: ResultRow | null) => void
  readonly scroller: HTMLDivElement
}

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: 20, PageUp: -20 }

function moveSelection(event: KeyboardEvent, { shown, selected, onSelect, scroller }: Selection): void {
  if (event.key === 'Escape') onSelect(null)
  const step = STEPS[event.key]
  if (step === undefined || shown.length === 0 || event.target !== scroller) return
  event.preventDefault()
  const now =
    selected === null ? Math.floor(scroller.scrollTop / ROW_HEIGHT) - Math.max(step, 0) : shown.indexOf(selected)
  const next = Math.min(Math.max(now + step, 0), shown.length - 1)
  onSelect(shown[next]!)
  const top = next * ROW_HEIGHT
  const inSight = scroller.clientHeight - 2 * ROW_HEIGHT
  if (top < scroller.scrollTop) scroller.scrollTop = top
  if (top > scroller.scrollTop + inSight) scroller.scrollTop = top - inSight
}
