/** The page around all views: where to go, and how the server is. */
import { useEffect, useState } from 'preact/hooks'
import { Button } from './parts/button.tsx'
import { EmptyState } from './parts/empty-state.tsx'
import { Icon } from './parts/icon.tsx'
import { linkTo } from './parts/route.ts'
import { useRoute } from './parts/router.ts'
import { useTheme } from './parts/theme.ts'
import { ServerState } from './server-state.tsx'
import { VIEWS } from './views.tsx'

export function App() {
  const route = useRoute()
  const [theme, toggleTheme] = useTheme()
  const [isMenuOpen, setMenuOpen] = useState(false)
  const view = VIEWS.find(({ path }) => path === route.view)
  useEffect(() => setMenuOpen(false), [route])
  useEffect(() => {
    document.title = `${route.name ?? view?.title ?? 'Not found'} · Millrace`
  }, [route, view])
  return (
    <div class="shell">
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <header class="side">
        <div class="brand">
          <img src="/console/icon.svg" alt="" width="24" height="24" />
          <span>Millrace</span>
          <span class="spread" />
          <Button
            icon={theme === 'dark' ? 'light' : 'dark'}
            kind="quiet"
            label={theme === 'dark' ? 'Light colours' : 'Dark colours'}
            onClick={toggleTheme}
          />
          <span class="menu-button">
            <Button
              icon="menu"
              kind="quiet"
              label="Menu"
              pressed={isMenuOpen}
              onClick={() => setMenuOpen(!isMenuOpen)}
            />
          </span>
        </div>
        <nav class={`views${isMenuOpen ? ' open' : ''}`} aria-label="Views">
          {VIEWS.map(({ path, title, icon }) => (
            <a key={path} href={linkTo(path)} aria-current={path === route.view ? 'page' : undefined}>
              <Icon name={icon} />
              {title}
            </a>
          ))}
        </nav>
        <ServerState />
      </header>
      <main id="main" tabIndex={-1}>
        {view === undefined ? (
          <EmptyState icon="search" title="There is no such page">
            <a href={linkTo('')}>Back to the editor</a>
          </EmptyState>
        ) : (
          view.show(route)
        )}
      </main>
    </div>
  )
}
