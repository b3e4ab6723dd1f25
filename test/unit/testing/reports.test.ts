import { expect, it } from 'vitest'
import { junitReporter } from '../../../src/testing/reports/junit.ts'
import { tapReporter } from '../../../src/testing/reports/tap.ts'
import { textReporter } from '../../../src/testing/reports/text.ts'
import type { TestResult } from '../../../src/testing/run-test.ts'

const test = (name: string) => ({
  name,
  file: '/tests/a.sql',
  location: { line: 1, column: 1 },
  statements: [],
  expectedError: null,
})

const PASSED: TestResult = { test: test('adds up'), failure: null, durationMs: 12.4 }
const FAILED: TestResult = {
  test: test('keeps <a> & #b'),
  failure: {
    message: 'Expected record does not match actual.',
    file: '/tests/a.sql',
    location: { line: 9, column: 3 },
    comparison: { columns: ['ID', 'NAME'], expected: [['1', 'ann']], actual: [['1', 'a\u0007']] },
    restartedBefore: 5,
  },
  durationMs: 3,
}

it('is text for a terminal', () => {
  expect(textReporter.result(PASSED)).toBe('>>> Test passed! adds up (12 ms)\n')
  expect(textReporter.result(FAILED)).toBe(`>>>>> Test failed: keeps <a> & #b (Line: 9, Col: 3):
      Expected record does not match actual.
      Only after a restart of all queries before line 5.
      file:///tests/a.sql:9
                 | ID | NAME
        expected | 1  | ann
        actual   | 1  | a\u0007
`)
  expect(textReporter.end([PASSED, FAILED], 1_234)).toBe('\n1 passed, 1 failed (1.23 s)\n')
})

it('is TAP', () => {
  const reporter = tapReporter()
  expect(reporter.result(PASSED)).toBe('TAP version 14\nok 1 - adds up\n')
  expect(reporter.result(FAILED)).toMatch(
    /^not ok 2 - keeps <a> & \\#b\n {2}---\n {2}message: \|\n {4}Expected record does not match actual\.\n(?:.*\n)* {2}\.\.\.\n$/,
  )
  expect(reporter.end([PASSED, FAILED], 1)).toBe('1..2\n')
})

it('is XML as JUnit writes it', () => {
  expect(junitReporter.result(PASSED)).toBe('')
  const xml = junitReporter.end([PASSED, FAILED], 1_000)
  expect(xml).toContain('<testsuites name="millrace" tests="2" failures="1" time="1.000">')
  expect(xml).toContain('<testcase name="adds up" classname="/tests/a.sql" time="0.012"/>')
  expect(xml).toContain('<testcase name="keeps &lt;a&gt; &amp; #b"')
  expect(xml).toContain('<failure message="Expected record does not match actual.">')
  expect(xml).toContain('| a?')
})
