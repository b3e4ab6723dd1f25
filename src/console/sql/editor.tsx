/**
 * The SQL editor. It lives in a shadow root, where CodeMirror keeps its styles in constructed sheets, which the policy of the page allows; elsewhere
 * it would write a style element. Source: CSSOM, `adoptedStyleSheets`; Content Security Policy Level 3.
 */
import {
  acceptCompletion,
  autocompletion,
  type CompletionContext,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap, indentWithTab, toggleComment } from '@codemirror/commands'
import { bracketMatching } from '@codemirror/language'
import { type Diagnostic as LintDiagnostic, linter, setDiagnostics } from '@codemirror/lint'
import { EditorState, Prec } from '@codemirror/state'
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
  placeholder,
  tooltips,
} from '@codemirror/view'
import { useEffect, useRef } from 'preact/hooks'
import type { KnownNames } from '../../engine/describe/known-names.ts'
import { editorTheme } from './editor-theme.ts'
import { sqlLanguage } from './language.ts'
import { complete, type Suggestion } from './text/completion.ts'
import { type Diagnostic, syntaxFaults } from './text/diagnostics.ts'

/** What the rest of the page reads from the editor, and does to it. */
export interface EditorHandle {
  /** The selected part of the text; null: nothing is selected. */
  selection(): { readonly from: number; readonly to: number } | null
  /** Offset of the cursor. */
  cursor(): number
  /** Marks faults until the text is changed. */
  mark(faults: readonly Diagnostic[]): void
  focus(): void
}

interface EditorProps {
  /** The text of a tab; the editor is made again for another `tabId` or `revision`. */
  readonly text: string
  readonly tabId: string
  /** Counts changes of the text that the user has not typed. */
  readonly revision: number
  readonly names: () => Promise<KnownNames>
  readonly onChange: (text: string) => void
  /** `all`: the whole text; otherwise the selection or the statement at the cursor. */
  readonly onRun: (all: boolean) => void
  readonly onReady: (handle: EditorHandle) => void
}

const KINDS: Readonly<Record<Suggestion['kind'], string>> = {
  keyword: 'keyword',
  source: 'class',
  column: 'property',
  function: 'function',
  topic: 'namespace',
  query: 'variable',
  property: 'property',
  value: 'text',
  type: 'type',
}

export function Editor(props: EditorProps) {
  const host = useRef<HTMLDivElement>(null)
  const latest = useRef(props)
  latest.current = props
  useEffect(() => {
    const root = host.current!.shadowRoot ?? host.current!.attachShadow({ mode: 'open' })
    const sent = new SentFaults()
    const view = new EditorView({ root, parent: root, state: stateFor(props.text, () => latest.current, sent) })
    props.onReady(handleOf(view, sent))
    return () => view.destroy()
  }, [props.tabId, props.revision])
  return <div class="editor" ref={host} />
}

/** Faults of statements that were sent, which count until the text is changed. The linter draws them with those that it finds itself. */
class SentFaults {
  faults: readonly Diagnostic[] = []
}

const handleOf = (view: EditorView, sent: SentFaults): EditorHandle => ({
  selection() {
    const { from, to } = view.state.selection.main
    return from === to ? null : { from, to }
  },
  cursor: () => view.state.selection.main.head,
  mark(faults) {
    sent.faults = faults
    view.dispatch(setDiagnostics(view.state, allFaults(view, sent)))
  },
  focus: () => view.focus(),
})

const lintDiagnostic = ({ from, to, message }: Diagnostic): LintDiagnostic => ({ from, to, message, severity: 'error' })

const allFaults = (view: EditorView, sent: SentFaults): LintDiagnostic[] =>
  [...sent.faults, ...syntaxFaults(view.state.doc.toString())].map(lintDiagnostic)

function stateFor(text: string, props: () => EditorProps, sent: SentFaults): EditorState {
  const run = (all: boolean) => () => {
    props().onRun(all)
    return true
  }
  return EditorState.create({
    doc: text,
    extensions: [
      Prec.highest(
        keymap.of([
          { key: 'Mod-Enter', run: run(false) },
          { key: 'Shift-Mod-Enter', run: run(true) },
        ]),
      ),
      lineNumbers(),
      history(),
      drawSelection(),
      bracketMatching(),
      closeBrackets(),
      highlightActiveLine(),
      highlightActiveLineGutter(),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ 'aria-label': 'SQL statements' }),
      tooltips({ position: 'fixed' }),
      placeholder('Write a statement, then press Ctrl+Enter to run it'),
      autocompletion({ override: [(context) => suggestions(context, props)], icons: false }),
      linter((view) => allFaults(view, sent), { delay: 500 }),
      keymap.of([
        ...completionKeymap,
        { key: 'Tab', run: acceptCompletion },
        { key: 'Mod-/', run: toggleComment },
        ...closeBracketsKeymap,
        ...defaultKeymap,
        ...historyKeymap,
        indentWithTab,
      ]),
      EditorView.updateListener.of((update) => {
        if (!update.docChanged) return
        sent.faults = []
        props().onChange(update.state.doc.toString())
      }),
      sqlLanguage,
      editorTheme,
    ],
  })
}

async function suggestions(context: CompletionContext, props: () => EditorProps) {
  const before = context.state.sliceDoc(0, context.pos)
  if (!context.explicit && !/[\w`.'(]$|(?:from|join|into|print|describe)\s$/i.test(before)) return null
  const { from, suggestions: found } = complete(before, await props().names())
  if (found.length === 0) return null
  const options = found.map(({ label, kind, detail, insert }) => ({
    label,
    type: KINDS[kind],
    boost: kind === 'keyword' ? -1 : 1,
    ...(detail !== undefined && { detail }),
    ...(insert !== undefined && { apply: insert }),
  }))
  return { from, options, validFor: /^[\w`]*$/ }
}
