/** One row in full, beside its table. */
import type { Column } from '../api/columns.ts'
import type { ResultRow } from '../api/result-lines.ts'
import { Button } from '../parts/button.tsx'
import { JsonTree } from '../parts/json-tree.tsx'

interface RowDetailsProps {
  readonly columns: readonly Column[]
  readonly row: ResultRow
  readonly onClose: () => void
}

export function RowDetails({ columns, row, onClose }: RowDetailsProps) {
  return (
    <aside class="row-details" aria-label="Row">
      <div class="row-details-head">
        <h3>{row.isTombstone ? 'Deleted row' : 'Row'}</h3>
        <Button icon="close" kind="quiet" label="Close" onClick={onClose} />
      </div>
      {columns.map(({ name, type }, i) => (
        <div class="row-field" key={name}>
          <div class="row-field-name">
            {name} <span class="dim">{type}</span>
          </div>
          <JsonTree value={row.values[i] ?? null} />
        </div>
      ))}
    </aside>
  )
}
