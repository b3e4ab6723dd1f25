/** How far an upload has come, on one line of a terminal that is written over and over. */
import type { Timer } from '../../clock.ts'
import { counted } from '../output/counted.ts'
import { progressBar } from '../output/progress-bar.ts'

export interface ProgressOptions {
  readonly timer: Timer
  /** Where the line goes; nothing is written if it is no terminal. */
  readonly err: { readonly isTTY?: boolean; write(text: string): unknown }
  readonly rows: () => number
  /** Share of the input that was read, 0 to 1; null if its size is not known. */
  readonly share: () => number | null
}

const INTERVAL_MS = 250
const BAR_WIDTH = 20
const ERASE_LINE = '\r\u001b[K'

export class Progress {
  readonly #options: ProgressOptions
  readonly #startedAt: number
  readonly #stop: () => void

  constructor(options: ProgressOptions) {
    this.#options = options
    this.#startedAt = options.timer.elapsed()
    if (options.err.isTTY !== true) this.#stop = () => {}
    else {
      const scheduled = options.timer.every(INTERVAL_MS, () => options.err.write(`${ERASE_LINE}${this.text()}`), {
        background: true,
      })
      this.#stop = () => {
        scheduled.cancel()
        options.err.write(ERASE_LINE)
      }
    }
  }

  /** `[######....] 64 %, 1,200,000 rows, 180,000 rows/s, 5 s left`. */
  text(): string {
    const rows = this.#options.rows()
    const share = this.#options.share()
    const parts = [counted(rows, 'row'), `${this.rate().toLocaleString('en')} rows/s`]
    if (share !== null) {
      parts.unshift(progressBar(share, BAR_WIDTH))
      if (share > 0) parts.push(`${Math.ceil((this.seconds() * (1 - share)) / share)} s left`)
    }
    return parts.join(', ')
  }

  seconds(): number {
    return (this.#options.timer.elapsed() - this.#startedAt) / 1000
  }

  /** Rows per second since the start. */
  rate(): number {
    return Math.round(this.#options.rows() / Math.max(this.seconds(), 0.001))
  }

  /** Erases the line. */
  end(): void {
    this.#stop()
  }
}
