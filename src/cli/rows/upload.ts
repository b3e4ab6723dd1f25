/** The rows of a file or of standard input on their way into a stream or table. */
import type { Readable } from 'node:stream'
import type { Timer } from '../../clock.ts'
import { quoteName } from '../../types/sql-type.ts'
import type { Client } from '../client/client.ts'
import { ClientError } from '../client/client-error.ts'
import { type InsertClient, RefusedRow } from '../client/insert-client.ts'
import { countedWere } from '../output/counted.ts'
import type { InputRow, Target } from './input-row.ts'
import { Progress } from './progress.ts'
import { type ReadOptions, readRows } from './read-rows.ts'
import { ResumeFile } from './resume-file.ts'
import { openRowFile, type RowFile } from './row-file.ts'
import { RowShaper } from './row-shaper.ts'

export interface UploadOptions extends ReadOptions {
  readonly key?: string
  readonly timestamp?: string
  readonly header: readonly string[]
  readonly partition?: number
  readonly skipErrors: boolean
  readonly resume: boolean
}

export interface UploadIo {
  readonly stdin: Readable
  readonly err: { readonly isTTY?: boolean; write(text: string): unknown }
  readonly timer: Timer
  /** Aborted when the user wants to stop: what was sent is still acknowledged and counted. */
  readonly signal: AbortSignal
  /** What the user may do to continue an unfinished upload, as the end of a sentence. */
  readonly toContinue: string
}

/** Refusals that --skip-errors shows one by one. */
const SHOWN_REFUSALS = 20

/** One run over the input. */
export class Upload {
  readonly #client: Client
  readonly #target: Target
  readonly #file: string | null
  readonly #options: UploadOptions
  readonly #io: UploadIo
  readonly #shaper: RowShaper
  readonly #resume: ResumeFile | null
  /** Rows of the input that are skipped because an earlier run stored them. */
  readonly #before: number
  /** Rows of the input that were read, those of an earlier run among them. */
  #read = 0
  /** Input rows by the number with which they were sent, from `#firstSent` on: rows that could not be shaped were not sent. */
  readonly #sentRows: SentRow[] = []
  #firstSent = 0
  #refused = 0

  constructor(client: Client, target: Target, file: string | null, options: UploadOptions, io: UploadIo) {
    this.#client = client
    this.#target = target
    this.#file = file === '-' ? null : file
    this.#options = options
    this.#io = io
    this.#shaper = new RowShaper(target, { key: options.key ?? null, timestamp: options.timestamp ?? null })
    this.#resume = this.#file === null ? null : new ResumeFile(this.#file, target.name)
    if (options.resume && this.#resume === null) throw new ClientError('--resume needs a file, not standard input.')
    this.#before = options.resume ? this.#resume!.read() : 0
  }

  async run(): Promise<number> {
    const options = this.#options
    const io = this.#io
    const input = await openRowFile(this.#file, io.stdin)
    const inserts = this.#client.insert({
      target: quoteName(this.#target.name),
      partition: options.partition,
      headers: headersOf(options.header),
      ...(options.skipErrors && {
        onRefused: (seq: number, reason: string) => this.#refuse(this.#sentRows[seq - this.#firstSent]!, reason),
      }),
    })
    const progress = new Progress({
      timer: io.timer,
      err: io.err,
      rows: () => inserts.stored,
      share: () => (input.size === null || input.size === 0 ? null : Math.min(1, input.bytesRead() / input.size)),
    })
    let failure: Error | null = null
    try {
      await this.#send(input, inserts)
      await inserts.end()
    } catch (error) {
      failure = await this.#afterFailure(inserts, error as Error)
    } finally {
      progress.end()
      inserts.abort()
      input.bytes.destroy()
    }
    return this.#report(inserts, progress, failure)
  }

  async #send(input: RowFile, inserts: InsertClient): Promise<void> {
    for await (const batch of readRows(input, this.#target, this.#options)) {
      if (this.#io.signal.aborted) return
      const lines: string[] = []
      let failure: Error | null = null
      for (const row of batch) {
        if (this.#read++ < this.#before) continue
        try {
          lines.push(this.#shaper.shape(row))
          this.#sentRows.push({ line: row.line, place: this.#read - 1 })
        } catch (error) {
          if (!(error instanceof ClientError)) throw error
          if (!this.#options.skipErrors) {
            failure = error
            this.#read--
            break
          }
          this.#refuse(row, error.message.replace(/^Line \d+:? ?/, ''))
        }
      }
      await inserts.write(lines)
      if (failure !== null) throw failure
      this.#forgetSettled(inserts.settled)
    }
  }

  #forgetSettled(settled: number): void {
    const count = settled - this.#firstSent
    if (count < 4096) return
    this.#sentRows.splice(0, count)
    this.#firstSent = settled
  }

  #refuse(row: Pick<InputRow, 'line'>, reason: string): void {
    this.#refused++
    if (this.#refused <= SHOWN_REFUSALS) this.#io.err.write(`Line ${row.line} is skipped: ${reason}\n`)
  }

  /** The rows before a bad one are still stored and counted. Resolves to the failure to report, by the line of the input. */
  async #afterFailure(inserts: InsertClient, error: Error): Promise<Error> {
    if (error instanceof RefusedRow) {
      const row = this.#sentRows[error.seq - this.#firstSent]
      return row === undefined
        ? error
        : new ClientError(error.message.replace(/^Row \d+/, `Line ${row.line}`), { cause: error })
    }
    if (error instanceof ClientError) {
      try {
        await inserts.end()
      } catch (later) {
        return later === error ? error : this.#afterFailure(inserts, later as Error)
      }
    }
    return error
  }

  #report(inserts: InsertClient, progress: Progress, failure: Error | null): number {
    const { err, signal } = this.#io
    const { name, topic } = this.#target
    const isDone = failure === null && !signal.aborted
    const took = `in ${progress.seconds().toFixed(1)} s (${progress.rate().toLocaleString('en')} rows/s)`
    if (failure !== null) err.write(`${failure.message}\n`)
    if (this.#refused > SHOWN_REFUSALS)
      err.write(`${countedWere(this.#refused - SHOWN_REFUSALS, 'more line')} skipped.\n`)
    const skipped = this.#refused === 0 ? '' : ` ${countedWere(this.#refused, 'row')} skipped.`
    err.write(
      `${countedWere(inserts.stored, 'row')} written to ${name} (topic ${topic}) ${took}.${skipped}${leftOut(this.#shaper)}\n`,
    )
    this.#keepPlace(inserts, isDone)
    if (signal.aborted) return 130
    return isDone ? 0 : 1
  }

  #keepPlace(inserts: InsertClient, isDone: boolean): void {
    if (this.#resume === null) return
    if (isDone) {
      this.#resume.remove()
      return
    }
    const next = this.#sentRows[inserts.settled - this.#firstSent]
    this.#resume.write(next?.place ?? this.#read)
    const line = next === undefined ? '' : ` from line ${next.line}`
    this.#io.err.write(`To continue${line}, ${this.#io.toContinue}.\n`)
  }
}

interface SentRow {
  /** Line of the input. */
  readonly line: number
  /** Rows of the input before it. */
  readonly place: number
}

/** `name=value` each. */
export function headersOf(headers: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    headers.map((header) => {
      const at = header.indexOf('=')
      if (at < 1) throw new ClientError(`A header is written name=value, not '${header}'.`)
      return [header.slice(0, at), header.slice(at + 1)]
    }),
  )
}

function leftOut({ unknownFields }: RowShaper): string {
  return unknownFields.size === 0
    ? ''
    : ` Fields left out, because it has no such columns: ${[...unknownFields].join(', ')}.`
}
