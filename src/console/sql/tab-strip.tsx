/** The tabs of the editor. */
import { useState } from 'preact/hooks'
import { Button } from '../parts/button.tsx'
import type { Tab, Tabs } from './tabs.ts'

interface TabStripProps {
  readonly tabs: Tabs
  readonly onShow: (id: string) => void
  readonly onAdd: () => void
  readonly onClose: (id: string) => void
  readonly onRename: (id: string, name: string) => void
}

export function TabStrip({ tabs, onShow, onAdd, onClose, onRename }: TabStripProps) {
  return (
    <nav class="tab-strip" aria-label="Tabs of the editor">
      {tabs.tabs.map((tab) => (
        <TabItem
          key={tab.id}
          tab={tab}
          isActive={tab.id === tabs.active}
          onShow={onShow}
          onClose={onClose}
          onRename={onRename}
        />
      ))}
      <Button icon="plus" kind="quiet" label="New tab" onClick={onAdd} />
    </nav>
  )
}

interface TabItemProps extends Pick<TabStripProps, 'onShow' | 'onClose' | 'onRename'> {
  readonly tab: Tab
  readonly isActive: boolean
}

function TabItem({ tab, isActive, onShow, onClose, onRename }: TabItemProps) {
  const [isNaming, setNaming] = useState(false)
  const rename = (name: string) => {
    setNaming(false)
    if (name.trim() !== '') onRename(tab.id, name.trim())
  }
  return (
    <div class={`tab${isActive ? ' active' : ''}`}>
      {isNaming ? (
        <input
          class="tab-name"
          value={tab.name}
          aria-label="Name of the tab"
          ref={(input) => input?.select()}
          onBlur={(event) => rename(event.currentTarget.value)}
          onKeyDown={(event) => event.key === 'Enter' && rename(event.currentTarget.value)}
        />
      ) : (
        <button
          type="button"
          class="tab-name"
          aria-current={isActive ? 'true' : undefined}
          title="Double-click to rename"
          onClick={() => onShow(tab.id)}
          onDblClick={() => setNaming(true)}
        >
          {tab.name}
        </button>
      )}
      <Button icon="close" kind="quiet" label={`Close ${tab.name}`} onClick={() => onClose(tab.id)} />
    </div>
  )
}
