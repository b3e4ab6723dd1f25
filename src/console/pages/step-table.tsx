/** The steps of a query, with the share of the work that each has. */
import type { StepStatistics } from '../../runtime/query-progress.ts'
import { DataTable, type TableColumn } from '../parts/data-table.tsx'
import { figureColumn } from '../parts/figure-column.tsx'
import { bytesText, countText, durationText, percentText } from '../parts/format.ts'
import { hottestStep, sharesOf } from './step-shares.ts'

export function StepTable({ steps }: { readonly steps: readonly StepStatistics[] }) {
  const shares = sharesOf(steps)
  const hottest = hottestStep(shares)
  const columns: readonly TableColumn<StepStatistics>[] = [
    { name: 'Step', value: ({ step }) => step, cell: ({ step }) => <code>{step}</code> },
    {
      name: 'Busy',
      title: 'Share of the work',
      isNumeric: true,
      value: ({ step }) => shares.get(step) ?? null,
      cell: ({ step, timeMs }) => {
        const share = shares.get(step)
        if (share === undefined) return <span class="dim">a part of reading</span>
        return (
          <span class="share" title={`${durationText(timeMs ?? 0)} in all, estimated from a sample`}>
            <meter
              class={step === hottest ? 'hot' : undefined}
              min={0}
              max={1}
              value={share}
              aria-label={`Share of ${step}`}
            />
            {percentText(share)}
          </span>
        )
      },
    },
    figureColumn('In', ({ recordsIn }) => recordsIn, countText),
    figureColumn('Out', ({ recordsOut }) => recordsOut, countText),
    figureColumn('Late', ({ lateRecords }) => lateRecords, countText),
    figureColumn('Dropped', ({ droppedRecords }) => droppedRecords, countText),
    figureColumn('Entries', ({ stateEntries }) => stateEntries, countText),
    figureColumn('State', ({ stateBytes }) => stateBytes, bytesText),
  ]
  return (
    <>
      <DataTable label="Steps" columns={columns} rows={steps} keyOf={({ step }) => step} />
      {hottest !== null && steps.length > 1 && (
        <p class="dim table-note">
          The slowest step is <code>{hottest}</code>.
        </p>
      )}
    </>
  )
}
