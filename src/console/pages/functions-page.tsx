/** All functions, and what each does. */
import { useState } from 'preact/hooks'
import { ask } from '../api/http.ts'
import { DataTable, type TableColumn } from '../parts/data-table.tsx'
import { EmptyState } from '../parts/empty-state.tsx'
import { Page } from '../parts/page.tsx'
import { linkTo } from '../parts/route.ts'
import { SearchField } from '../parts/search-field.tsx'
import { usePoll } from '../parts/use-poll.ts'

const POLL_MS = 30_000

interface Listed {
  readonly name: string
  readonly type: string
  readonly category: string
}

const COLUMNS: readonly TableColumn<Listed>[] = [
  { name: 'Function', value: ({ name }) => name, cell: ({ name }) => <a href={linkTo('functions', name)}>{name}</a> },
  { name: 'Kind', value: ({ type }) => type.toLowerCase() },
  { name: 'Category', value: ({ category }) => category.toLowerCase() },
]

export function FunctionsPage() {
  const [search, setSearch] = useState('')
  const { data, error } = usePoll('functions', POLL_MS, (signal) =>
    ask('SHOW FUNCTIONS;', 'function_names', { signal }),
  )
  const rows = (data?.functions ?? []).filter(({ name, category }) =>
    `${name} ${category}`.toLowerCase().includes(search.toLowerCase()),
  )
  return (
    <Page title="Functions" error={error} actions={<SearchField label="Find a function" onSearch={setSearch} />}>
      {rows.length > 0 && <DataTable label="Functions" columns={COLUMNS} rows={rows} keyOf={({ name }) => name} />}
      {data !== null && rows.length === 0 && <EmptyState icon="functions" title="No function has this name" />}
    </Page>
  )
}

export function FunctionPage({ name }: { readonly name: string }) {
  const { data, error } = usePoll(`function ${name}`, POLL_MS, (signal) =>
    ask(`DESCRIBE FUNCTION ${name};`, 'describe_function', { signal }),
  )
  return (
    <Page title={name} back={{ href: linkTo('functions'), title: 'Functions' }} error={error}>
      {data !== null && <p>{data.description}</p>}
      {data?.functions.map((variant, i) => (
        <div class="variant" key={i}>
          <code>
            {name}(
            {variant.arguments
              .map((argument) => `${argument.name} ${argument.type}${argument.isVariadic ? '...' : ''}`)
              .join(', ')}
            ) → {variant.returnType}
          </code>
          {variant.description !== '' && <p>{variant.description}</p>}
          <ul>
            {variant.arguments
              .filter(({ description }) => description !== '')
              .map((argument) => (
                <li key={argument.name}>
                  <code>{argument.name}</code> {argument.description}
                </li>
              ))}
          </ul>
        </div>
      ))}
    </Page>
  )
}
