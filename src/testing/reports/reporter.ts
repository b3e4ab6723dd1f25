/** A form in which results are reported. */

import type { TextRow } from '../failed-assertion.ts'
import type { TestFailure, TestResult } from '../run-test.ts'

export interface Reporter {
  /** Text for one result, as soon as it is there. */
  result(result: TestResult): string
  /** Text for the end of the run. */
  end(results: readonly TestResult[], durationMs: number): string
}

/** The failure in lines: message, place, and what was expected beside what was found. */
export function failureLines({ message, file, location, comparison, restartedBefore }: TestFailure): string[] {
  const restarted =
    restartedBefore === null ? [] : [`Only after a restart of all queries before line ${restartedBefore}.`]
  const lines = [...message.split('\n'), ...restarted, `file://${file}:${location.line}`]
  if (comparison === null) return lines
  const { columns, expected, actual } = comparison
  return [
    ...lines,
    ...table(columns, [...expected.map((row) => ['expected', ...row]), ...actual.map((row) => ['actual', ...row])]),
  ]
}

function table(columns: TextRow, rows: readonly TextRow[]): string[] {
  const all = [['', ...columns], ...rows]
  const widths = all[0]!.map((_, i) => Math.max(...all.map((row) => (row[i] ?? '').length)))
  return all.map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')}`.trimEnd())
}

export const count = (results: readonly TestResult[]): { readonly passed: number; readonly failed: number } => {
  const failed = results.filter(({ failure }) => failure !== null).length
  return { passed: results.length - failed, failed }
}
