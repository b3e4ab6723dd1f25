/** Runs several statements in order, for -e, -f, `run script` and standard input. */
import { splitStatements } from '../sql/split.ts'
import { ClientError } from './client/client-error.ts'
import { errorText } from './error-text.ts'
import { openText, unclosedText } from './open-text.ts'
import { readScript, unquote } from './read-script.ts'
import type { Run } from './run.ts'
import { runStatement } from './run-statement.ts'
import { statementKind } from './statement-kind.ts'

/** The failure of a statement of a script, with a message for the user. */
class ScriptError extends Error {
  override readonly name = 'ScriptError'
}

/** Scripts that run scripts may be nested this deep. */
const MAX_DEPTH = 20

/**
 * Stops at the first statement that fails, with a ScriptError that names its line in `name`, or when the user stops it. The last statement
 * needs no semicolon. `depth`: how many scripts run this one.
 */
export async function runScript(text: string, run: Run, name: string, depth = 0): Promise<void> {
  for (const piece of splitStatements(text)) {
    if (run.signal.aborted) return
    try {
      if (statementKind(piece.text) === 'script') await runNested(piece.text, run, depth)
      else await runStatement(completed(piece.text, piece.isComplete), run)
    } catch (error) {
      const place = name === '' ? '' : `${name}, statement in line ${piece.location.line}: `
      throw new ScriptError(`${place}${errorText(error, piece.text)}`, { cause: error })
    }
  }
}

/** `RUN SCRIPT 'file';` */
async function runNested(statement: string, run: Run, depth: number): Promise<void> {
  const path = unquote(statement.replace(/^\s*run\s+script\s*/i, '').replace(/\s*;\s*$/, ''))
  if (depth >= MAX_DEPTH) throw new ClientError(`Scripts run each other ${MAX_DEPTH} deep: ${path} is not run again.`)
  await runScript(readScript(path), run, path, depth + 1)
}

function completed(statement: string, isComplete: boolean): string {
  if (isComplete) return statement
  const open = openText(statement)
  if (open !== null) throw new ClientError(unclosedText(open))
  return `${statement};`
}
