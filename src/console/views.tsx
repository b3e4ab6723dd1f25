/** The table of views: each has a path, a place in the menu, and what it shows. */
import type { ComponentChild } from 'preact'
import { GraphPage } from './graph/graph-page.tsx'
import { QueriesPage } from './pages/queries-page.tsx'
import { QueryPage } from './pages/query-page.tsx'
import type { IconName } from './parts/icon.tsx'
import type { Route } from './parts/route.ts'
import { SqlPage } from './sql/sql-page.tsx'

interface View {
  /** First part of its path below /console. */
  readonly path: string
  readonly title: string
  readonly icon: IconName
  readonly show: (route: Route) => ComponentChild
}

export const VIEWS: readonly View[] = [
  { path: '', title: 'SQL', icon: 'sql', show: ({ query }) => <SqlPage initial={query.get('sql')} /> },
  { path: 'graph', title: 'Graph', icon: 'graph', show: () => <GraphPage /> },
  {
    path: 'queries',
    title: 'Queries',
    icon: 'queries',
    show: ({ name }) => (name === null ? <QueriesPage /> : <QueryPage id={name} />),
  },
]
