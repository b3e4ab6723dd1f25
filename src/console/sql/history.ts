/** Statements that were run, the newest first. */
import type { TextStorage } from './tabs.ts'

export interface HistoryEntry {
  readonly text: string
  /** Epoch ms. */
  readonly at: number
}

const KEY = 'millrace.history'
const MOST_ENTRIES = 200
/** A statement with a long list of rows is worth less than the room it takes. */
const MOST_CHARACTERS = 10_000

export function loadHistory(storage: TextStorage): HistoryEntry[] {
  try {
    const stored: unknown = JSON.parse(storage.getItem(KEY) ?? '[]')
    return Array.isArray(stored) ? stored.filter(isEntry) : []
  } catch {
    return []
  }
}

const isEntry = (value: unknown): value is HistoryEntry => {
  const { text, at } = (value ?? {}) as Partial<HistoryEntry>
  return typeof text === 'string' && typeof at === 'number'
}

/** The history with one more statement, which stands in it once; it is stored if there is room. */
export function remember(storage: TextStorage, history: readonly HistoryEntry[], entry: HistoryEntry): HistoryEntry[] {
  if (entry.text.length > MOST_CHARACTERS) return [...history]
  const entries = [entry, ...history.filter(({ text }) => text !== entry.text)].slice(0, MOST_ENTRIES)
  try {
    storage.setItem(KEY, JSON.stringify(entries))
  } catch {}
  return entries
}
