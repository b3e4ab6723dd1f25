/** The head of a column that sorts the rows of its table. */
import type { ComponentChildren } from 'preact'
import type { TableSort } from './sort-rows.ts'

interface SortButtonProps {
  /** The order of the rows by this column; null: they are not sorted by it. */
  readonly direction: TableSort['direction'] | null
  readonly title?: string
  readonly onClick: () => void
  readonly children: ComponentChildren
}

export function SortButton({ direction, title, onClick, children }: SortButtonProps) {
  return (
    <button type="button" class="sort-button" title={title} onClick={onClick}>
      {children}
      {direction !== null && <span aria-hidden="true">{direction === 'ascending' ? ' ↑' : ' ↓'}</span>}
    </button>
  )
}
