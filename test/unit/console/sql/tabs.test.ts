import { expect, it } from 'vitest'
import { loadHistory, remember } from '../../../../src/console/sql/history.ts'
import {
  activeTab,
  addTab,
  changeTab,
  closeTab,
  FIRST_TABS,
  loadTabs,
  saveTabs,
} from '../../../../src/console/sql/tabs.ts'

function memory(values: Record<string, string> = {}) {
  const stored = new Map(Object.entries(values))
  return {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => void stored.set(key, value),
  }
}

const full = {
  getItem: () => null,
  setItem() {
    throw new Error('QuotaExceededError')
  },
}

it('tabs outlive the page', () => {
  const storage = memory()
  const tabs = changeTab(addTab(FIRST_TABS), '2', { text: 'SHOW STREAMS;', offsetReset: 'latest' })
  saveTabs(storage, tabs)
  expect(loadTabs(storage)).toEqual(tabs)
  expect(activeTab(tabs).text).toBe('SHOW STREAMS;')
})

it.each(['', '{', '[]', '{"tabs":[],"active":"1"}', '{"tabs":[{"id":1}],"active":"1"}'])(
  'what cannot be read, %j, is a first visit',
  (text) => {
    expect(loadTabs(memory({ 'millrace.tabs': text }))).toEqual(FIRST_TABS)
    expect(loadHistory(memory({ 'millrace.history': text }))).toEqual([])
  },
)

it('a storage that is full costs nothing but the memory', () => {
  expect(() => saveTabs(full, FIRST_TABS)).not.toThrow()
  expect(remember(full, [], { text: 'a', at: 1 })).toEqual([{ text: 'a', at: 1 }])
})

it('closing a tab shows its neighbour, and the last one is emptied', () => {
  const three = addTab(addTab(FIRST_TABS))
  expect(closeTab(three, '3').active).toBe('2')
  expect(closeTab({ ...three, active: '1' }, '1').active).toBe('2')
  expect(closeTab({ ...three, active: '1' }, '3').active).toBe('1')
  expect(closeTab(changeTab(FIRST_TABS, '1', { text: 'x' }), '1')).toEqual(FIRST_TABS)
})

it('there is an end to tabs', () => {
  let tabs = FIRST_TABS
  for (let i = 0; i < 50; i++) tabs = addTab(tabs)
  expect(tabs.tabs).toHaveLength(20)
})

it('the history has each statement once, the newest first, and an end', () => {
  const storage = memory()
  let history = loadHistory(storage)
  for (let i = 0; i < 300; i++) history = remember(storage, history, { text: `S${i}`, at: i })
  history = remember(storage, history, { text: 'S250', at: 500 })
  expect(history).toHaveLength(200)
  expect(history.slice(0, 2).map(({ text }) => text)).toEqual(['S250', 'S299'])
  expect(loadHistory(storage)).toEqual(history)
  expect(remember(storage, history, { text: 'x'.repeat(20_000), at: 1 })).toEqual(history)
})
