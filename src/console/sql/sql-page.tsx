/** The page with the SQL editor and what its statements answer. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { KnownNames } from '../../engine/describe/known-names.ts'
import { execute } from '../api/http.ts'
import { runQuery } from '../api/run-query.ts'
import { StreamSlots } from '../api/stream-slots.ts'
import { Button } from '../parts/button.tsx'
import { linkTo } from '../parts/route.ts'
import { Editor, type EditorHandle } from './editor.tsx'
import { EXAMPLES, type Example } from './examples.ts'
import { loadHistory, remember } from './history.ts'
import { HistoryList } from './history-list.tsx'
import { loadNames } from './load-names.ts'
import { Results } from './results.tsx'
import { Run, type RunPorts, TabSession } from './run.ts'
import { TabStrip } from './tab-strip.tsx'
import { activeTab, addTab, changeTab, closeTab, loadTabs, saveTabs, type Tabs } from './tabs.ts'
import { type Piece, pieceAt, piecesOf } from './text/pieces.ts'

const slots = new StreamSlots(navigator.locks ?? null)
const ports: RunPorts = { execute, open: runQuery, takeSlot: () => slots.take() }
const SAVE_MS = 400

/** What a tab has besides its text. It lives as long as the page, also while another view is shown. */
interface TabWork {
  readonly session: TabSession
  run: Run | null
  /** The example that was run last; null: other statements were. */
  example: Example | null
}

const works = new Map<string, TabWork>()

function workOf(tab: string): TabWork {
  const known = works.get(tab) ?? { session: new TabSession(), run: null, example: null }
  works.set(tab, known)
  return known
}

/** The names that the server knows, kept until a statement may have changed them. */
let names: Promise<KnownNames> | null = null
const knownNames = () => (names ??= loadNames())

export function SqlPage({ initial }: { readonly initial: string | null }) {
  const [tabs, setTabs] = useState<Tabs>(() =>
    initial === null ? loadTabs(localStorage) : addTab(loadTabs(localStorage), initial),
  )
  const [history, setHistory] = useState(() => loadHistory(localStorage))
  const [showsHistory, setShowsHistory] = useState(false)
  const [revision, setRevision] = useState(0)
  const [, redraw] = useState(0)
  const editor = useRef<EditorHandle | null>(null)
  const tab = activeTab(tabs)
  const work = workOf(tab.id)

  useEffect(() => {
    const timer = setTimeout(() => saveTabs(localStorage, tabs), SAVE_MS)
    return () => {
      clearTimeout(timer)
      saveTabs(localStorage, tabs)
    }
  }, [tabs])
  useEffect(() => {
    if (initial !== null) window.history.replaceState(null, '', linkTo(''))
  }, [initial])

  const setText = (text: string) => {
    setTabs(changeTab(tabs, tab.id, { text }))
    setRevision(revision + 1)
  }
  const start = (text: string, pieces: readonly Piece[], example: Example | null = null) => {
    if (pieces.length === 0) return
    work.run?.stop()
    const run = new Run(text, ports, () => {
      if (works.get(tab.id)?.run !== run) return
      if (!run.isRunning && run.faults.length > 0) editor.current?.mark(run.faults)
      redraw((count) => count + 1)
    })
    work.run = run
    work.example = example
    setHistory(remember(localStorage, history, { text: pieces.map((piece) => piece.text).join('\n'), at: Date.now() }))
    void run.start(pieces, work.session, tab.offsetReset).then(() => {
      names = null
    })
  }
  const run = (all: boolean) => start(tab.text, all ? piecesOf(tab.text) : chosenPieces(tab.text, editor.current))
  const strip = useMemo(
    () => ({
      onShow: (id: string) => setTabs((last) => ({ ...last, active: id })),
      onAdd: () => setTabs((last) => addTab(last)),
      onClose: (id: string) => {
        works.get(id)?.run?.stop()
        works.delete(id)
        setTabs((last) => closeTab(last, id))
        setRevision((last) => last + 1)
      },
      onRename: (id: string, name: string) => setTabs((last) => changeTab(last, id, { name })),
    }),
    [],
  )
  return (
    <div class={`sql-page${work.run === null ? '' : ' with-results'}`}>
      <h1 class="visually-hidden">SQL</h1>
      <TabStrip tabs={tabs} {...strip} />
      <div class="sql-editor">
        <div class="toolbar">
          <Button
            icon="play"
            kind="primary"
            title="Run the selection, or the statement at the cursor (Ctrl+Enter)"
            onClick={() => run(false)}
          >
            Run
          </Button>
          <Button title="Run all statements in order (Shift+Ctrl+Enter)" onClick={() => run(true)}>
            Run all
          </Button>
          <select
            aria-label="Where queries begin to read"
            title="Where queries of this tab begin to read (auto.offset.reset)"
            value={tab.offsetReset}
            onChange={(event) =>
              setTabs(changeTab(tabs, tab.id, { offsetReset: event.currentTarget.value as 'latest' | 'earliest' }))
            }
          >
            <option value="earliest">from the earliest record</option>
            <option value="latest">new records only</option>
          </select>
          <span class="spread" />
          <Button icon="history" pressed={showsHistory} onClick={() => setShowsHistory(!showsHistory)}>
            History
          </Button>
        </div>
        <div class="sql-text">
          <Editor
            text={tab.text}
            tabId={tab.id}
            revision={revision}
            names={knownNames}
            onChange={(text) => setTabs((last) => changeTab(last, tab.id, { text }))}
            onRun={run}
            onReady={(handle) => {
              editor.current = handle
            }}
          />
          {showsHistory && (
            <HistoryList
              entries={history}
              onChoose={(text) => {
                setText(tab.text.trim() === '' ? text : `${tab.text.trimEnd()}\n\n${text}`)
                setShowsHistory(false)
              }}
            />
          )}
        </div>
      </div>
      <Results
        run={work.run}
        next={work.example === null ? null : (EXAMPLES[EXAMPLES.indexOf(work.example) + 1] ?? null)}
        onExample={(example) => {
          const text = tab.text.trim() === '' ? example.sql : `${tab.text.trimEnd()}\n\n${example.sql}`
          setText(text)
          const from = text.length - example.sql.length
          start(
            text,
            piecesOf(text).filter((piece) => piece.from >= from),
            example,
          )
        }}
      />
    </div>
  )
}

/** The statements in the selection, else the one at the cursor. */
function chosenPieces(text: string, editor: EditorHandle | null): Piece[] {
  const selection = editor?.selection() ?? null
  if (selection === null) {
    const piece = pieceAt(text, editor?.cursor() ?? 0)
    return piece === null ? [] : [piece]
  }
  return piecesOf(text.slice(0, selection.to).slice(selection.from)).map((piece) => ({
    ...piece,
    from: piece.from + selection.from,
    to: piece.to + selection.from,
  }))
}
