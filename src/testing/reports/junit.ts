/** Results as JUnit's XML, which build servers read: a suite for each file. */
import type { TestResult } from '../run-test.ts'
import { count, failureLines, type Reporter } from './reporter.ts'

export const junitReporter: Reporter = {
  result: () => '',
  end(results, durationMs) {
    const suites = Map.groupBy(results, ({ test }) => test.file)
    const { failed } = count(results)
    const lines = [
      '<?xml version="1.0" encoding="UTF-8"?>',
      `<testsuites name="millrace" tests="${results.length}" failures="${failed}" time="${seconds(durationMs)}">`,
      ...[...suites].flatMap(([file, own]) => suite(file, own)),
      '</testsuites>',
    ]
    return `${lines.join('\n')}\n`
  },
}

function suite(file: string, results: readonly TestResult[]): string[] {
  const { failed } = count(results)
  const time = results.reduce((sum, { durationMs }) => sum + durationMs, 0)
  return [
    `  <testsuite name="${escaped(file)}" tests="${results.length}" failures="${failed}" time="${seconds(time)}">`,
    ...results.flatMap(testCase),
    '  </testsuite>',
  ]
}

function testCase({ test, failure, durationMs }: TestResult): string[] {
  const head = `    <testcase name="${escaped(test.name)}" classname="${escaped(test.file)}" time="${seconds(durationMs)}"`
  if (failure === null) return [`${head}/>`]
  return [
    `${head}>`,
    `      <failure message="${escaped(failure.message)}">${escaped(failureLines(failure).join('\n'))}</failure>`,
    '    </testcase>',
  ]
}

const seconds = (ms: number): string => (ms / 1_000).toFixed(3)

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** XML 1.0 has no place for most control characters. */
function escaped(text: string): string {
  return text
    .replace(/[&<>"]/g, (character) => ENTITIES[character]!)
    .replace(/\p{Cc}/gu, (character) => ('\n\t'.includes(character) ? character : '?'))
}
