/** Reads lines from a terminal: Node's line editor, with history by statement, search in it, and quiet while a statement runs. */
import { createInterface, type Interface } from 'node:readline'
import { Keyboard } from './keyboard.ts'
import { LinePainter } from './line-painter.ts'
import { HistoryCursor, HistorySearch } from './statement-history.ts'
import { TerminalOutput, type TerminalStream } from './terminal-output.ts'

/** The parts of `process.stdin` that are used. */
export interface TerminalInput {
  on(event: 'data', listener: (chunk: Buffer | string) => void): unknown
  on(event: 'end', listener: () => void): unknown
  off(event: 'data', listener: (chunk: Buffer | string) => void): unknown
  setRawMode?(isRaw: boolean): unknown
  resume(): unknown
  pause(): unknown
}

export interface LineEditorOptions {
  readonly input: TerminalInput
  readonly output: TerminalStream
  /** Lines to go back to, the newest last. */
  readonly history: () => readonly string[]
  /** The words that can complete a line that ends at the cursor, and the part that has been typed. */
  readonly complete: (line: string) => Promise<[candidates: string[], part: string]>
  /** The line with colours; absent: it has none. */
  readonly colour?: (line: string) => string
  /** Called for Ctrl-C while no line is read. */
  readonly onInterrupt: () => void
}

/** What a user did at a prompt: Ctrl-C drops a line, Ctrl-D ends the input. */
export type Reading =
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'interrupt' }
  | { readonly kind: 'end' }

/** What terminals send for keys. Sources: ECMA-48, and xterm's control sequences for cursor keys in both of their modes. */
const UP = ['\u001b[A', '\u001bOA', '\u0010']
const DOWN = ['\u001b[B', '\u001bOB', '\u000e']
const BACKSPACE = ['\u007f', '\b']
const CTRL_R = '\u0012'
const CTRL_G = '\u0007'
const ESCAPE = '\u001b'
const PRINTABLE = /^\P{Cc}+/u

const startOf = (text: string, keys: readonly string[]): string | undefined => keys.find((key) => text.startsWith(key))

export class LineEditor {
  readonly #input: TerminalInput
  readonly #output: TerminalOutput
  readonly #keyboard: Keyboard
  readonly #editor: Interface
  readonly #history: () => readonly string[]
  readonly #cursor: HistoryCursor
  #search: HistorySearch | null = null
  #prompt = ''
  #resolve: (reading: Reading) => void = () => {}
  #isOver = false
  readonly #painter: LinePainter | null
  readonly #onData = (chunk: Buffer | string) => {
    this.#keyboard.push(chunk.toString())
    this.#paint()
  }

  constructor({ input, output, history, complete, colour, onInterrupt }: LineEditorOptions) {
    this.#input = input
    this.#output = new TerminalOutput(output)
    this.#history = history
    this.#cursor = new HistoryCursor(history)
    this.#keyboard = new Keyboard(onInterrupt)
    this.#keyboard.keys = { take: (text) => (this.#search === null ? this.#takeKey(text) : this.#takeInSearch(text)) }
    this.#editor = createInterface({
      input: this.#keyboard.input,
      output: this.#output,
      terminal: true,
      historySize: 0,
      completer: (line: string, done: (error: null, result: [string[], string]) => void) => {
        void complete(line).then((result) => {
          done(null, result)
          this.#paint()
        })
      },
    })
    this.#painter = colour === undefined ? null : new LinePainter(this.#output, colour)
    this.#editor.on('line', (text) => this.#end({ kind: 'line', text }))
    this.#editor.on('SIGINT', () => this.#drop())
    this.#editor.on('close', () => {
      this.#isOver = true
      this.#end({ kind: 'end' })
    })
    input.setRawMode?.(true)
    input.on('data', this.#onData)
    input.on('end', () => this.#editor.close())
    input.resume()
  }

  /** Shows the prompt and resolves when a line is complete. What is typed meanwhile waits for the next call. */
  read(prompt: string): Promise<Reading> {
    if (this.#isOver) return Promise.resolve({ kind: 'end' })
    this.#prompt = prompt
    this.#cursor.reset()
    this.#output.isEditing = true
    const read = new Promise<Reading>((resolve) => {
      this.#resolve = resolve
    })
    this.#editor.setPrompt(prompt)
    this.#editor.prompt()
    this.#painter?.begin()
    this.#keyboard.accept()
    this.#paint()
    return read
  }

  /** Gives the terminal to `work`, and takes it back when `work` has ended. */
  lend<Result>(work: () => Result): Result {
    this.#input.setRawMode?.(false)
    this.#input.pause()
    try {
      return work()
    } finally {
      this.#input.setRawMode?.(true)
      this.#input.resume()
    }
  }

  close(): void {
    this.#input.off('data', this.#onData)
    this.#input.setRawMode?.(false)
    this.#input.pause()
    if (!this.#isOver) this.#editor.close()
    this.#output.destroy()
  }

  #paint(): void {
    if (!this.#output.isEditing || this.#search !== null) return
    this.#painter?.paint(this.#prompt, this.#editor.line, this.#editor.getCursorPos())
  }

  #end(reading: Reading): void {
    this.#output.isEditing = false
    this.#resolve(reading)
  }

  #drop(): void {
    this.#output.write('^C\n')
    this.#replace('', '')
    this.#keyboard.pause()
    this.#end({ kind: 'interrupt' })
  }

  #takeKey(text: string): number {
    const up = startOf(text, UP)
    const down = startOf(text, DOWN)
    if (up !== undefined) this.#show(this.#cursor.older(this.#editor.line))
    if (down !== undefined) this.#show(this.#cursor.newer())
    if (text.startsWith(CTRL_R)) {
      this.#search = new HistorySearch(this.#history(), this.#editor.line)
      this.#showSearch(this.#search)
      return 1
    }
    return (up ?? down ?? '').length
  }

  /** Any key that does not belong to the search ends it, and works on the line that was found. */
  #takeInSearch(text: string): number {
    const search = this.#search!
    const typed = PRINTABLE.exec(text)?.[0]
    if (typed !== undefined) search.type(typed)
    else if (startOf(text, BACKSPACE) !== undefined) search.erase()
    else if (text.startsWith(CTRL_R)) search.again()
    else {
      const isCancelled = text === ESCAPE || text.startsWith(CTRL_G)
      this.#search = null
      this.#replace(this.#prompt, isCancelled ? search.draft : search.match)
      return isCancelled ? 1 : 0
    }
    this.#showSearch(search)
    return typed?.length ?? 1
  }

  #show(line: string | null): void {
    if (line !== null) this.#replace(this.#prompt, line)
  }

  #showSearch({ query, match, isFailing }: HistorySearch): void {
    this.#replace(`(${isFailing ? 'not found' : 'search'}: ${query}) `, match)
  }

  #replace(prompt: string, line: string): void {
    this.#editor.setPrompt(prompt)
    this.#editor.write(null, { ctrl: true, name: 'e' })
    this.#editor.write(null, { ctrl: true, name: 'u' })
    if (line !== '') this.#editor.write(line)
    if (prompt !== '') this.#editor.prompt(true)
  }
}
