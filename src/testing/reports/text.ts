/** Results for a terminal. The line of each result is the one that ksqlDB's runner prints. */
import { count, failureLines, type Reporter } from './reporter.ts'

export const textReporter: Reporter = {
  result: ({ test, failure, durationMs }) =>
    failure === null
      ? `>>> Test passed! ${test.name} (${Math.round(durationMs)} ms)\n`
      : `>>>>> Test failed: ${test.name} (Line: ${failure.location.line}, Col: ${failure.location.column}):\n` +
        `${failureLines(failure)
          .map((line) => `      ${line}`.trimEnd())
          .join('\n')}\n`,
  end(results, durationMs) {
    const { passed, failed } = count(results)
    return `\n${passed} passed, ${failed} failed (${(durationMs / 1_000).toFixed(2)} s)\n`
  },
}
