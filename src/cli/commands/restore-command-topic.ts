/** `millrace restore-command-topic`: wants a confirmation before it replaces a command log. Source: ksqlDB's `ksql-restore-command-topic`. */

import { createInterface } from 'node:readline/promises'
import type { Readable, Writable } from 'node:stream'

export interface RestoreTopicOptions {
  readonly config?: string
  readonly bootstrapServers?: string
  readonly dataDir?: string
  readonly yes: boolean
  readonly skipIncompatibleCommands: boolean
}

/** What the work needs from its process. */
export interface RestoreTopicPorts {
  readonly print: (line: string) => void
  readonly confirm: (question: string) => Promise<boolean>
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Ends the wait for a broker. */
  readonly signal: AbortSignal
}

/** Writes the log; resolves to whether it did. Rejects with an Error whose message is for the user. */
export type RestoreTopic = (file: string, options: RestoreTopicOptions, ports: RestoreTopicPorts) => Promise<boolean>

export interface RestoreProcess {
  readonly input: Readable & { readonly isTTY?: boolean }
  readonly output: Writable
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
}

/** Resolves to the exit code. */
export async function runRestoreTopic(
  file: string,
  options: RestoreTopicOptions,
  restore: RestoreTopic,
  { input, output, environment, signal }: RestoreProcess,
): Promise<number> {
  const print = (line: string) => void output.write(`${line}\n`)
  const confirm = async (question: string) => {
    if (input.isTTY !== true) throw new Error('There is no terminal to ask at: give --yes to write the command log.')
    const lines = createInterface({ input, output })
    try {
      return /^y(es)?$/i.test((await lines.question(question, { signal })).trim())
    } finally {
      lines.close()
    }
  }
  const isDone = await restore(file, options, { print, confirm, environment, signal })
  if (!isDone) print('Nothing was changed.')
  return isDone ? 0 : 1
}
