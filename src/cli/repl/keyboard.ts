/**
 * What is typed, on its way to the line editor. While a statement runs, keys wait, so that nothing is drawn into its output; a pasted text
 * is passed on line by line, each when the one before has been dealt with. Some keys are taken out on the way: see `LineKeys`.
 */
import { Readable } from 'node:stream'

const CTRL_C = '\u0003'

/** Keys of a chunk of input that are not the line editor's. */
export interface LineKeys {
  /**
   * Takes the start of `text` if it is a key for somebody else, and returns how many characters it was; 0: the line editor takes the next
   * character.
   */
  readonly take: (text: string) => number
}

/** Bound on what may be typed or pasted ahead, in characters; the rest is dropped. */
const MAX_WAITING = 10_000_000

const ESCAPE = '\u001b'

/** What is passed on at once: text without control characters, an escape sequence, or one control character. */
function startOf(text: string): string {
  const [plain] = /^\P{Cc}+/u.exec(text) ?? []
  if (plain !== undefined) return plain
  if (!text.startsWith(ESCAPE)) return text.charAt(0)
  return ESCAPE + /^[[O]?[0-9;]*[^0-9;\r\n]?/.exec(text.slice(1))![0]
}

/** The input of the line editor. */
export class Keyboard {
  /** Read by the line editor. Its events are emitted as keys are passed on, so that the line is up to date after each key. */
  readonly input = new Readable({ read: () => {} })
  readonly #onInterrupt: () => void
  #keys: LineKeys = { take: () => 0 }
  #waiting = ''
  #isBusy = true
  /** Whether the last character was a carriage return, whose line feed is not a line of its own. */
  #wasReturn = false

  /** `onInterrupt`: called for Ctrl-C while a statement runs. */
  constructor(onInterrupt: () => void) {
    this.#onInterrupt = onInterrupt
  }

  set keys(keys: LineKeys) {
    this.#keys = keys
  }

  /** Takes what was typed. */
  push(text: string): void {
    const interrupt = this.#isBusy ? text.lastIndexOf(CTRL_C) : -1
    if (interrupt >= 0) this.#waiting = ''
    const added = text.slice(interrupt + 1)
    this.#waiting += added.slice(0, MAX_WAITING - this.#waiting.length)
    if (interrupt >= 0) this.#onInterrupt()
    this.#flow()
  }

  /** The line editor shows its prompt: it takes keys up to the end of the next line. */
  accept(): void {
    this.#isBusy = false
    this.#flow()
  }

  /** Keys wait again, as they do from the end of a line on. */
  pause(): void {
    this.#isBusy = true
  }

  #flow(): void {
    while (!this.#isBusy && this.#waiting !== '') {
      if (this.#wasReturn && this.#waiting.startsWith('\n')) this.#waiting = this.#waiting.slice(1)
      this.#wasReturn = false
      if (this.#waiting === '') return
      const taken = this.#keys.take(this.#waiting)
      if (taken > 0) this.#waiting = this.#waiting.slice(taken)
      else this.#pass()
    }
  }

  /** Passes characters on up to the next key that may be somebody else's, or the end of the line. */
  #pass(): void {
    const run = startOf(this.#waiting)
    this.#waiting = this.#waiting.slice(run.length)
    this.#wasReturn = run === '\r'
    if (run === '\r' || run === '\n') this.#isBusy = true
    this.input.emit('data', Buffer.from(run))
  }
}
