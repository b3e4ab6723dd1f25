/**
 * A copy of the command log in a file beside the server, which grows with the log: `ksql.metastore.backup.location`. What the log holds is
 * compared with it at each start. Source: ksqlDB's `CommandTopicBackupImpl`. See docs/operations.md#backup-of-the-command-log.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, truncateSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../clock.ts'
import { backupName, formatLine, newestBackup } from './backup-lines.ts'
import { endsCluster } from './command.ts'

export interface BackupOptions {
  readonly directory: string
  /** The command topic. */
  readonly topic: string
  readonly clock: Clock
  /** Called with what the operator should know. */
  readonly warn: (message: string) => void
}

export class CommandBackup {
  readonly #options: BackupOptions
  #file: string
  /** Lines that the file had when it was opened. */
  #lines: readonly string[]
  /** How many commands of the log have been noted. */
  #noted = 0
  #isBroken = false

  /** Continues the newest backup in the directory, or begins one. Throws an Error where the directory cannot be used. */
  constructor(options: BackupOptions) {
    const { directory, topic, clock } = options
    this.#options = options
    mkdirSync(directory, { recursive: true })
    const newest = newestBackup(readdirSync(directory), topic)
    this.#file = join(directory, newest ?? backupName(topic, clock.now()))
    this.#lines = newest === undefined ? [] : readLines(this.#file)
    if (this.#lines.some(endsCluster)) this.#begin()
  }

  get file(): string {
    return this.#file
  }

  /** Commands that the backup held when it was opened. */
  get commands(): number {
    return this.#lines.length
  }

  /** Notes the next command of the log, from its first on. Never throws: without a backup statements are still taken. */
  note(key: Buffer, value: Buffer): void {
    if (this.#isBroken) return
    const line = formatLine({ key: key.toString(), value: value.toString() })
    const known = this.#lines[this.#noted++]
    if (known === line) return
    if (known !== undefined) {
      this.#break(
        `differs from the command log in its line ${this.#noted}. Restore the log from it (millrace restore-command-topic), or move it away.`,
      )
      return
    }
    try {
      this.#append(line)
      if (endsCluster(line)) this.#begin()
    } catch (error) {
      this.#break(`cannot be written: ${(error as Error).message}.`)
    }
  }

  /** The next command is the first of another log. */
  #begin(): void {
    const { directory, topic, clock } = this.#options
    this.#file = join(directory, backupName(topic, clock.now()))
    this.#lines = []
    this.#noted = 0
  }

  #append(line: string): void {
    const file = openSync(this.#file, 'a')
    try {
      writeSync(file, `${line}\n`)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
  }

  #break(why: string): void {
    this.#isBroken = true
    this.#options.warn(
      `The backup of the command log ${this.#file} ${why} Until the next start the backup does not grow.`,
    )
  }
}

/** The lines of a backup. A last line that a crash cut off is removed from the file: the log still has its command. */
function readLines(file: string): string[] {
  const text = readFileSync(file, 'utf8')
  const end = text.lastIndexOf('\n') + 1
  if (end < text.length) truncateSync(file, Buffer.byteLength(text.slice(0, end)))
  return text.slice(0, end).split('\n').slice(0, -1)
}
