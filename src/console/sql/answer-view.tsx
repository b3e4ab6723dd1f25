/** The answer to a statement that is no query. */
import { useMemo } from 'preact/hooks'
import { Notice } from '../parts/notice.tsx'
import { LiveTable } from '../table/live-table.tsx'
import { TableModel } from '../table/table-model.ts'
import type { Answer } from './entity-table.ts'

export function AnswerView({ answer }: { readonly answer: Answer }) {
  switch (answer.kind) {
    case 'message':
      return <Notice kind="good">{answer.message}</Notice>
    case 'text':
      return <pre class="code">{answer.text}</pre>
    case 'table':
      return <AnswerTable answer={answer} />
  }
}

function AnswerTable({ answer }: { readonly answer: Extract<Answer, { kind: 'table' }> }) {
  const model = useMemo(() => {
    const made = new TableModel()
    made.columns = answer.columns
    made.append(answer.rows.map((values) => ({ values, isTombstone: false, arrivedAt: 0 })))
    made.flush()
    return made
  }, [])
  return <LiveTable model={model} isRunning={false} />
}
