/** A few rows of a stream or table, read on request: to find them may take a scan. */
import { useEffect, useState } from 'preact/hooks'
import { quoted } from '../../sql/format-names.ts'
import { NO_VALUES } from '../api/http.ts'
import { runQuery } from '../api/run-query.ts'
import { messageOf } from '../api/server-error.ts'
import { Button } from '../parts/button.tsx'
import { Notice } from '../parts/notice.tsx'
import { LiveTable } from '../table/live-table.tsx'
import { TableModel } from '../table/table-model.ts'

const ROWS = 50

export function SampleRows({ source }: { readonly source: string }) {
  const [attempt, setAttempt] = useState(0)
  const [state, setState] = useState<{ model: TableModel | null; error: string | null }>({ model: null, error: null })
  useEffect(() => {
    if (attempt === 0) return
    const ending = new AbortController()
    readSample(source, ending.signal).then(
      (model) => setState({ model, error: null }),
      (error: unknown) => {
        if (!ending.signal.aborted) setState({ model: null, error: messageOf(error) })
      },
    )
    return () => ending.abort()
  }, [source, attempt])
  return (
    <>
      <Button icon="play" onClick={() => setAttempt(attempt + 1)}>
        {attempt === 0 ? `Read ${ROWS} rows` : 'Read again'}
      </Button>
      {state.error !== null && (
        <Notice kind="bad">
          <pre>{state.error}</pre>
        </Notice>
      )}
      {state.model !== null && (
        <div class="boxed-table">
          <LiveTable key={attempt} model={state.model} isRunning={false} />
        </div>
      )}
    </>
  )
}

async function readSample(source: string, signal: AbortSignal): Promise<TableModel> {
  const model = new TableModel()
  const sql = `SELECT * FROM ${quoted(source)} LIMIT ${ROWS};`
  for await (const items of runQuery({ sql, kind: 'query' }, NO_VALUES, signal)) {
    for (const item of items) {
      if (item.kind === 'header') model.columns = item.columns
      if (item.kind === 'row') model.append([item.row])
      if (item.kind === 'error') throw new Error(item.error.message)
    }
  }
  model.flush()
  return model
}
