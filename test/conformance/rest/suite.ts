/** Folders of case files of the REST suite, run one after the other. */
import { readFolders, resultOf, type TestResult } from '../suite.ts'
import { type RestCase, readRestCases } from './read-rest-case.ts'
import { runRestCase } from './run-rest-case.ts'

export const readRestSuite = (folders: readonly string[]): readonly RestCase[] => readFolders(folders, readRestCases)

export async function runRestSuite(tests: readonly RestCase[]): Promise<TestResult[]> {
  const results: TestResult[] = []
  for (const test of tests) results.push(resultOf(test.name, await runRestCase(test)))
  return results
}
