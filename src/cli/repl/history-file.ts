/** The lines of earlier sessions. A line is written when it is typed, so that a killed session loses none. */
import { appendFileSync, chmodSync, readFileSync, writeFileSync } from 'node:fs'

const MAX_LINES = 1000

/** A file of typed lines, of bounded length, that only its user can read. */
export class HistoryFile {
  readonly #path: string
  readonly #lines: string[]

  /** A file that does not exist or cannot be read is an empty history. */
  constructor(path: string) {
    this.#path = path
    this.#lines = readLines(path)
  }

  /** Lines, the oldest first. */
  get lines(): readonly string[] {
    return this.#lines
  }

  add(line: string): void {
    if (line.trim() === '' || line === this.#lines.at(-1)) return
    this.#lines.push(line)
    this.#write(() => appendFileSync(this.#path, `${line}\n`, { mode: 0o600 }))
  }

  /** Drops the oldest lines from the file if it has too many. */
  close(): void {
    if (this.#lines.length <= MAX_LINES) return
    this.#write(() => {
      writeFileSync(this.#path, `${this.#lines.slice(-MAX_LINES).join('\n')}\n`, { mode: 0o600 })
      chmodSync(this.#path, 0o600)
    })
  }

  /** A history that cannot be written is lost; the session continues. */
  #write(write: () => void): void {
    try {
      write()
    } catch {
      return
    }
  }
}

function readLines(path: string): string[] {
  try {
    const lines = readFileSync(path, 'utf8').split('\n')
    return lines.filter((line) => line !== '').slice(-MAX_LINES)
  } catch {
    return []
  }
}
