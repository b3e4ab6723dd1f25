/** Runs one SQL test, plainly and once more with a restart in the middle. */
import { type Location, messageOf, StatementError } from '../errors.ts'
import { errorDifference, errorText } from './expected-error.ts'
import { type Comparison, FailedAssertion } from './failed-assertion.ts'
import { Script, type ScriptOptions } from './script.ts'
import type { SqlTest } from './test-file.ts'

export interface RunTestOptions extends Omit<ScriptOptions, 'file'> {
  /** Whether each test is run a second time, with a restart of all queries before one of its statements. */
  readonly restarts: boolean
  /** Monotonic, ms. */
  readonly elapsed: () => number
}

export interface TestFailure {
  readonly message: string
  readonly file: string
  readonly location: Location
  /** Null: nothing to show side by side. */
  readonly comparison: Comparison | null
  /** Line of the statement before which all queries were restarted; null: the test fails without a restart, too. */
  readonly restartedBefore: number | null
}

export interface TestResult {
  readonly test: SqlTest
  /** Null: passed. */
  readonly failure: TestFailure | null
  readonly durationMs: number
}

export function runTest(test: SqlTest, options: RunTestOptions): TestResult {
  const start = options.elapsed()
  let failure = runOnce(test, options, null)
  if (failure === null && options.restarts && test.statements.length > 1) {
    const at = 1 + Math.floor(options.random() * (test.statements.length - 1))
    failure = runOnce(test, options, at)
  }
  return { test, failure, durationMs: options.elapsed() - start }
}

/** `restartAt`: index of the statement before which the queries restart. */
function runOnce(test: SqlTest, options: RunTestOptions, restartAt: number | null): TestFailure | null {
  const { file, statements, expectedError, location: start } = test
  const restartedBefore = restartAt === null ? null : statements[restartAt]!.location.line
  const script = new Script({ ...options, file })
  const failed = (message: string, location: Location, comparison: Comparison | null = null): TestFailure => ({
    message,
    file,
    location,
    comparison,
    restartedBefore,
  })
  for (const [i, statement] of statements.entries()) {
    if (i === restartAt) script.restart()
    try {
      script.run(statement)
    } catch (error) {
      if (expectedError !== null) {
        const difference = errorDifference(expectedError, error)
        return difference === null ? null : failed(difference, statement.location)
      }
      const location = (error instanceof StatementError ? error.location : undefined) ?? statement.location
      const comparison = error instanceof FailedAssertion ? error.comparison : null
      return failed(error instanceof StatementError ? errorText(error) : messageOf(error), location, comparison)
    }
  }
  if (expectedError === null) return null
  return failed(`Expected an error, but nothing failed: ${expectedError.message ?? expectedError.type}`, start)
}
