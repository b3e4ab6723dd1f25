/** Results as TAP version 14 (testanything.org). */
import { failureLines, type Reporter } from './reporter.ts'

export function tapReporter(): Reporter {
  let number = 0
  return {
    result({ test, failure }) {
      const line = `${failure === null ? 'ok' : 'not ok'} ${++number} - ${escaped(test.name)}\n`
      const header = number === 1 ? 'TAP version 14\n' : ''
      if (failure === null) return header + line
      const detail = failureLines(failure).map((text) => `    ${text}`.trimEnd())
      return `${header}${line}  ---\n  message: |\n${detail.join('\n')}\n  ...\n`
    },
    end: (results) => `${results.length === 0 ? 'TAP version 14\n' : ''}1..${results.length}\n`,
  }
}

/** A number sign would begin a directive. */
const escaped = (name: string): string => name.replaceAll('\\', '\\\\').replaceAll('#', '\\#')
