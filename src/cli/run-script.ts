/** Runs several statements in order, for -e, -f, `run script` and standard input. */
import { splitStatements } from '../sql/split.ts'
import { ClientError } from './client/client-error.ts'
import { errorText } from './error-text.ts'
import { type Run, runStatement } from './run-statement.ts'

/** The failure of a statement of a script, with a message for the user. */
export class ScriptError extends Error {
  override readonly name = 'ScriptError'
}

/** Stops at the first statement that fails, with a ScriptError that names its line in `name`, or when the user stops it. */
export async function runScript(text: string, run: Run, name: string): Promise<void> {
  for (const piece of splitStatements(text)) {
    if (run.signal.aborted) return
    try {
      if (!piece.isComplete) throw new ClientError('The statement has no semicolon at its end.')
      await runStatement(piece.text, run)
    } catch (error) {
      const place = name === '' ? '' : `${name}, statement in line ${piece.location.line}: `
      throw new ScriptError(`${place}${errorText(error, piece.text)}`, { cause: error })
    }
  }
}
