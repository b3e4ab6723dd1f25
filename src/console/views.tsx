/** The table of views: each has a path, a place in the menu, and what it shows. */
import type { ComponentChild } from 'preact'
import { GraphPage } from './graph/graph-page.tsx'
import { ConnectorPage, ConnectorsPage } from './pages/connectors-page.tsx'
import { ErrorsPage } from './pages/errors-page.tsx'
import { FunctionPage, FunctionsPage } from './pages/functions-page.tsx'
import { QueriesPage } from './pages/queries-page.tsx'
import { QueryPage } from './pages/query-page.tsx'
import { ServerPage } from './pages/server-page.tsx'
import { SourcePage } from './pages/source-page.tsx'
import { SourcesPage } from './pages/sources-page.tsx'
import { TopicPage } from './pages/topic-page.tsx'
import { readPlace } from './pages/topic-place.ts'
import { TopicsPage } from './pages/topics-page.tsx'
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
    show: ({ name }) => (name === null ? <QueriesPage /> : <QueryPage key={name} id={name} />),
  },
  {
    path: 'sources',
    title: 'Streams and tables',
    icon: 'sources',
    show: ({ name }) => (name === null ? <SourcesPage /> : <SourcePage key={name} name={name} />),
  },
  {
    path: 'topics',
    title: 'Topics',
    icon: 'topics',
    show: ({ name, query }) =>
      name === null ? <TopicsPage /> : <TopicPage key={`${name}?${query}`} topic={name} place={readPlace(query)} />,
  },
  { path: 'errors', title: 'Errors', icon: 'errors', show: ({ query }) => <ErrorsPage query={query.get('query')} /> },
  {
    path: 'connectors',
    title: 'Connectors',
    icon: 'connectors',
    show: ({ name }) => (name === null ? <ConnectorsPage /> : <ConnectorPage key={name} name={name} />),
  },
  {
    path: 'functions',
    title: 'Functions',
    icon: 'functions',
    show: ({ name }) => (name === null ? <FunctionsPage /> : <FunctionPage key={name} name={name} />),
  },
  { path: 'server', title: 'Server', icon: 'server', show: () => <ServerPage /> },
]
