/** What `millrace migrations info` shows: each version with its state. */
import type { Listing } from '../output/list-table.ts'
import type { Metadata, VersionRow } from './metadata.ts'
import type { Migration } from './project.ts'

const TITLES = ['Version', 'Name', 'State', 'Previous Version', 'Started On', 'Completed On', 'Error Reason']
const NOTHING = 'N/A'

export async function describeMigrations(migrations: readonly Migration[], metadata: Metadata): Promise<Listing> {
  const rows: string[][] = []
  for (const { version, name } of migrations) {
    const row = await metadata.version(version)
    rows.push([String(version), name, ...(row === null ? ['PENDING', ...Array(4).fill(NOTHING)] : cells(row))])
  }
  return { titles: TITLES, rows }
}

const cells = ({ state, previous, started_on, completed_on, error_reason }: VersionRow): string[] => [
  state,
  previous,
  timeText(started_on),
  timeText(completed_on),
  error_reason,
]

const timeText = (ms: string): string => (ms === '' ? NOTHING : new Date(Number(ms)).toISOString())
