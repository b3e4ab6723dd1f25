/** The project's own cases, `*.json` beside this file, in the form of the query validation suite. */
import { describe, expect, test } from 'vitest'
import { runCase } from '../conformance/run-case.ts'
import { readSuite } from '../conformance/suite.ts'

const FOLDER = new URL('.', import.meta.url)

describe('cases', () => {
  for (const testCase of readSuite([FOLDER.pathname])) {
    test(testCase.name, () => expect(runCase(testCase)).toBeNull())
  }
})
