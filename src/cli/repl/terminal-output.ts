/** The terminal as the line editor sees it: a change of its size is reported only while there is a line to draw. */
import { Writable } from 'node:stream'

/** The parts of `process.stdout` that are used. */
export interface TerminalStream extends Writable {
  readonly columns?: number
  readonly rows?: number
}

export class TerminalOutput extends Writable {
  readonly isTTY = true
  /** Whether the line editor's line is on the screen. */
  isEditing = false
  readonly #terminal: TerminalStream
  readonly #onResize = () => {
    if (this.isEditing) this.emit('resize')
  }

  constructor(terminal: TerminalStream) {
    super({ decodeStrings: false })
    this.#terminal = terminal
    terminal.on('resize', this.#onResize)
  }

  get columns(): number {
    return this.#terminal.columns ?? 80
  }

  get rows(): number {
    return this.#terminal.rows ?? 24
  }

  override _write(chunk: string | Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#terminal.write(chunk)
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#terminal.off('resize', this.#onResize)
    done(error)
  }
}
