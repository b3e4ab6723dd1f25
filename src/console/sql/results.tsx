/** The results of a run, one of which is shown. */
import { useEffect, useState } from 'preact/hooks'
import { Button } from '../parts/button.tsx'
import { EmptyState } from '../parts/empty-state.tsx'
import { EXAMPLES } from './examples.ts'
import { ResultView } from './result-view.tsx'
import type { Run } from './run.ts'

interface ResultsProps {
  readonly run: Run | null
  readonly onExample: (sql: string) => void
}

export function Results({ run, onExample }: ResultsProps) {
  const [chosen, setChosen] = useState<number | null>(null)
  useEffect(() => setChosen(null), [run])
  if (run === null) return <FirstSteps onExample={onExample} />
  const { results } = run
  const index = Math.min(chosen ?? results.length - 1, results.length - 1)
  const shown = results[index]
  return (
    <section class="results" aria-label="Results">
      {results.length > 1 && (
        <div class="result-strip">
          {results.map((result, i) => (
            <button
              type="button"
              key={i}
              class={`result-chip ${result.state}`}
              aria-current={i === index ? 'true' : undefined}
              onClick={() => setChosen(i)}
            >
              <span class={`dot ${result.state}`} />
              {result.piece.text.replace(/\s+/g, ' ').slice(0, 34)}
            </button>
          ))}
        </div>
      )}
      {shown !== undefined && <ResultView key={index} result={shown} onStop={() => run.stop()} />}
    </section>
  )
}

function FirstSteps({ onExample }: Pick<ResultsProps, 'onExample'>) {
  return (
    <section class="results" aria-label="Results">
      <EmptyState icon="sql" title="Results appear here">
        <p>Write a statement above, or begin with one of these:</p>
        <div class="examples">
          {EXAMPLES.map(({ title, sql }) => (
            <Button key={title} icon="play" onClick={() => onExample(sql)}>
              {title}
            </Button>
          ))}
        </div>
      </EmptyState>
    </section>
  )
}
