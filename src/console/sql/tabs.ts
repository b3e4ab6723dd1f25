/** The tabs of the editor, and how they outlive the page. */

export interface Tab {
  readonly id: string
  readonly name: string
  readonly text: string
  /** Where queries of this tab begin to read a topic. */
  readonly offsetReset: 'latest' | 'earliest'
}

export interface Tabs {
  readonly tabs: readonly [Tab, ...Tab[]]
  /** Id of the tab that is shown. */
  readonly active: string
}

/** The part of the browser's storage that is used. */
export interface TextStorage {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
}

const KEY = 'millrace.tabs'
const MOST_TABS = 20

export const FIRST_TABS: Tabs = { tabs: [newTab('1', 'Query 1')], active: '1' }

function newTab(id: string, name: string): Tab {
  return { id, name, text: '', offsetReset: 'earliest' }
}

/** The tabs that were stored; those of a first visit if there are none or they cannot be read. */
export function loadTabs(storage: TextStorage): Tabs {
  try {
    const stored: unknown = JSON.parse(storage.getItem(KEY) ?? 'null')
    return isTabs(stored) ? stored : FIRST_TABS
  } catch {
    return FIRST_TABS
  }
}

/** Stores the tabs. Where the storage is full or forbidden, they last only as long as the page. */
export function saveTabs(storage: TextStorage, tabs: Tabs): void {
  try {
    storage.setItem(KEY, JSON.stringify(tabs))
  } catch {}
}

function isTabs(value: unknown): value is Tabs {
  const { tabs, active } = (value ?? {}) as Partial<Tabs>
  return Array.isArray(tabs) && tabs.length > 0 && tabs.every(isTab) && tabs.some(({ id }) => id === active)
}

const isTab = (value: unknown): value is Tab => {
  const { id, name, text, offsetReset } = (value ?? {}) as Partial<Tab>
  return (
    [id, name, text].every((one) => typeof one === 'string') && (offsetReset === 'latest' || offsetReset === 'earliest')
  )
}

export const activeTab = ({ tabs, active }: Tabs): Tab => tabs.find(({ id }) => id === active) ?? tabs[0]

/** Adds a tab and shows it; the same tabs if there is no room for one more. */
export function addTab(tabs: Tabs, text = ''): Tabs {
  if (tabs.tabs.length >= MOST_TABS) return tabs
  const numbers = tabs.tabs.map(({ id }) => Number(id)).filter(Number.isFinite)
  const id = String(Math.max(0, ...numbers) + 1)
  return { tabs: [...tabs.tabs, { ...newTab(id, `Query ${id}`), text }], active: id }
}

/** Closes a tab and shows its neighbour. The only tab is emptied instead. */
export function closeTab(tabs: Tabs, id: string): Tabs {
  const place = tabs.tabs.findIndex((tab) => tab.id === id)
  const [first, ...others] = tabs.tabs.filter((tab) => tab.id !== id)
  if (place < 0) return tabs
  if (first === undefined) return FIRST_TABS
  const rest: Tabs['tabs'] = [first, ...others]
  return { tabs: rest, active: tabs.active === id ? rest[Math.min(place, rest.length - 1)]!.id : tabs.active }
}

export function changeTab(tabs: Tabs, id: string, change: Partial<Omit<Tab, 'id'>>): Tabs {
  const [first, ...others] = tabs.tabs.map((tab) => (tab.id === id ? { ...tab, ...change } : tab))
  return { ...tabs, tabs: [first!, ...others] }
}
