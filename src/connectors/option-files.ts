/** Files and directories that options name: below the directories that the operator has chosen, and read when the task is opened. */
import { readFileSync } from 'node:fs'
import { messageOf } from '../errors.ts'
import type { SinkContext } from './connector.ts'
import { OptionError } from './options.ts'

/** What a file is found by; both kinds of connectors have it. */
export type FileContext = Pick<SinkContext, 'options' | 'files'>

/** The absolute path that an option with a value stands for. Throws an OptionError for one that is not allowed. */
export function optionPath(name: string, { options, files }: FileContext): string {
  const allowed = files.resolve(options.text(name))
  if ('problem' in allowed) throw new OptionError(name, allowed.problem)
  return allowed.path
}

/** The text of the file; null: the option is unset. Throws an OptionError for a file that is not allowed or cannot be read. */
export function optionFile(name: string, context: FileContext): string | null {
  if (context.options.textOrNull(name) === null) return null
  const path = optionPath(name, context)
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new OptionError(name, `The file of the option '${name}' cannot be read: ${messageOf(error)}.`)
  }
}
