/** Folders of case files, run: one result for each test. */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type QttCase, readCases } from './read-case.ts'
import { runCase } from './run-case.ts'

export interface TestResult {
  readonly name: string
  readonly verdict: 'passed' | 'failed'
  /** Why it failed; null: it passed. */
  readonly reason: string | null
}

/** The tests of a file's text; `fileName`: without folder and extension. */
type Read<Case> = (text: string, fileName: string) => readonly Case[]

/** All tests of the `*.json` files of the folders, files in the order of their names. Throws an Error if two have the same name. */
export function readFolders<Case extends { readonly name: string }>(
  folders: readonly string[],
  read: Read<Case>,
): readonly Case[] {
  const tests = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((file) => file.endsWith('.json'))
      .sort()
      .flatMap((file) => read(readFileSync(join(folder, file), 'utf8'), basename(file, '.json'))),
  )
  const names = new Set<string>()
  for (const { name } of tests) {
    if (names.has(name)) throw new Error(`Two tests are called ${name}`)
    names.add(name)
  }
  return tests
}

/** Query validation tests. */
export const readSuite = (folders: readonly string[]): readonly QttCase[] => readFolders(folders, readCases)

export const runSuite = (tests: readonly QttCase[]): TestResult[] =>
  tests.map((test) => resultOf(test.name, runCase(test)))

/** `reason`: null if the test passed. */
export const resultOf = (name: string, reason: string | null): TestResult => ({
  name,
  verdict: reason === null ? 'passed' : 'failed',
  reason,
})

export const countPassed = (results: readonly TestResult[]): number =>
  results.filter(({ verdict }) => verdict === 'passed').length
