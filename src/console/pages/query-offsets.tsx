/** How far a query has come in each partition, as its consumer group says. */
import type { QueryOffsetSummary } from '../../engine/describe/entities.ts'
import { quoted } from '../../sql/format-names.ts'
import { execute } from '../api/http.ts'
import { DataTable, type TableColumn } from '../parts/data-table.tsx'
import { countText } from '../parts/format.ts'
import { usePoll } from '../parts/use-poll.ts'

const POLL_MS = 4000

interface PartitionOffset {
  readonly topic: string
  readonly partition: number
  readonly start: number
  readonly end: number
  readonly next: number
}

const COLUMNS: readonly TableColumn<PartitionOffset>[] = [
  { name: 'Topic', value: ({ topic }) => topic },
  { name: 'Partition', isNumeric: true, value: ({ partition }) => partition },
  { name: 'Start', isNumeric: true, value: ({ start }) => start, cell: ({ start }) => countText(start) },
  { name: 'Committed', isNumeric: true, value: ({ next }) => next, cell: ({ next }) => countText(next) },
  { name: 'End', isNumeric: true, value: ({ end }) => end, cell: ({ end }) => countText(end) },
  {
    name: 'Lag',
    isNumeric: true,
    value: ({ end, next }) => end - next,
    cell: ({ end, next }) => countText(Math.max(0, end - next)),
  },
]

interface QueryOffsetsProps {
  readonly sources: readonly string[]
  readonly groupId: string
}

export function QueryOffsets({ sources, groupId }: QueryOffsetsProps) {
  const { data, error } = usePoll(`offsets ${groupId}`, POLL_MS, async (signal) => {
    const statements = sources.map((name) => `DESCRIBE ${quoted(name)} EXTENDED;`).join('\n')
    const entities = await execute(statements, undefined, { signal })
    return entities.flatMap((entity) =>
      entity['@type'] === 'sourceDescription' ? offsetsOf(entity.sourceDescription.queryOffsetSummaries, groupId) : [],
    )
  })
  if (error !== null) return <p class="dim">{error}</p>
  if (data === null) return <p class="dim">Reading…</p>
  if (data.length === 0) return <p class="dim">Nothing was committed yet.</p>
  const rows = [...new Map(data.map((row) => [keyOf(row), row])).values()]
  return <DataTable label="Offsets" columns={COLUMNS} rows={rows} keyOf={keyOf} />
}

const keyOf = ({ topic, partition }: PartitionOffset): string => `${topic}-${partition}`

const offsetsOf = (summaries: readonly QueryOffsetSummary[], groupId: string): PartitionOffset[] =>
  summaries
    .filter((summary) => summary.groupId === groupId)
    .flatMap(({ topicSummaries }) => topicSummaries)
    .flatMap(({ kafkaTopic, offsets }) =>
      offsets.map(({ partition, logStartOffset, logEndOffset, consumerOffset }) => ({
        topic: kafkaTopic,
        partition,
        start: logStartOffset,
        end: logEndOffset,
        next: consumerOffset,
      })),
    )
