/** The results of a run, one of which is shown. */
import { useEffect, useState } from 'preact/hooks'
import { Button } from '../parts/button.tsx'
import { EmptyState } from '../parts/empty-state.tsx'
import { EXAMPLES, type Example } from './examples.ts'
import { ResultView } from './result-view.tsx'
import type { Run } from './run.ts'

interface ResultsProps {
  readonly run: Run | null
  /** The example that follows the one that was run last; null: none was. */
  readonly next: Example | null
  readonly onExample: (example: Example) => void
}

export function Results({ run, next, onExample }: ResultsProps) {
  const [chosen, setChosen] = useState<number | null>(null)
  useEffect(() => setChosen(null), [run])
  if (run === null) return <FirstSteps onExample={onExample} />
  const { results } = run
  const index = Math.min(chosen ?? results.length - 1, results.length - 1)
  const shown = results[index]
  return (
    <section class="results" aria-label="Results">
      {next !== null && (
        <p class="next-example">
          Next:{' '}
          <Button icon="play" onClick={() => onExample(next)}>
            {next.title}
          </Button>
        </p>
      )}
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
          {EXAMPLES.map((example) => (
            <Button key={example.title} icon="play" onClick={() => onExample(example)}>
              {example.title}
            </Button>
          ))}
        </div>
      </EmptyState>
    </section>
  )
}
