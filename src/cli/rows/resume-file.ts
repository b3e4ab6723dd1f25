/** How many rows of a file are stored, kept beside it while an upload is unfinished, so that another run can continue there. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'

export class ResumeFile {
  readonly path: string
  readonly #target: string

  /** `file`: the path of the input. */
  constructor(file: string, target: string) {
    this.path = `${file}.millrace-resume`
    this.#target = target
  }

  /** Rows of the input, from its start, that need not be sent again; 0 if no unfinished upload to the same target is known. */
  read(): number {
    try {
      const { target, rows } = JSON.parse(readFileSync(this.path, 'utf8')) as { target?: unknown; rows?: unknown }
      return target === this.#target && Number.isSafeInteger(rows) ? (rows as number) : 0
    } catch {
      return 0
    }
  }

  write(rows: number): void {
    writeFileSync(this.path, `${JSON.stringify({ target: this.#target, rows })}\n`)
  }

  remove(): void {
    rmSync(this.path, { force: true })
  }
}
