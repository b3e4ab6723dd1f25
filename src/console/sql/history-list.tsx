/** Statements that were run, to be taken again. */
import { useState } from 'preact/hooks'
import { timeText } from '../parts/format.ts'
import { SearchField } from '../parts/search-field.tsx'
import type { HistoryEntry } from './history.ts'

interface HistoryListProps {
  readonly entries: readonly HistoryEntry[]
  readonly onChoose: (text: string) => void
}

export function HistoryList({ entries, onChoose }: HistoryListProps) {
  const [search, setSearch] = useState('')
  const found = entries.filter(({ text }) => text.toLowerCase().includes(search.toLowerCase()))
  return (
    <aside class="history" aria-label="History">
      <SearchField label="Search the history" hint="Search" onSearch={setSearch} />
      {found.length === 0 && (
        <p class="dim">{entries.length === 0 ? 'Statements that you run appear here.' : 'No statement matches.'}</p>
      )}
      {found.map(({ text, at }) => (
        <button type="button" key={`${at}${text}`} class="history-entry" onClick={() => onChoose(text)}>
          <time>{timeText(at)}</time>
          <code>{text}</code>
        </button>
      ))}
    </aside>
  )
}
