import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { BUILT_IN_FUNCTIONS } from '../../../src/functions/index.ts'
import { createRegistry } from '../../../src/functions/registry.ts'
import { failureLines } from '../../../src/testing/reports/reporter.ts'
import { runTest } from '../../../src/testing/run-test.ts'
import { seededRandom } from '../../../src/testing/seeded-random.ts'
import { readTests, type SqlTest } from '../../../src/testing/test-file.ts'

const ROOT = join(import.meta.dirname, '../../..')
const functions = createRegistry(BUILT_IN_FUNCTIONS)

/** The report of the failure; empty: the test passed. */
function reportOf(test: SqlTest): string {
  const options = { functions, settings: {}, random: seededRandom(7), restarts: true, elapsed: () => 0 }
  const { failure } = runTest(test, options)
  return failure === null ? '' : failureLines(failure).join('\n')
}

/** Files without a test are scripts that others run. */
const files = globSync('{test/sql,examples}/**/*.sql', { cwd: ROOT })
  .sort()
  .filter((file) => readFileSync(join(ROOT, file), 'utf8').includes('--@test:'))

describe.each(files)('%s', (file) => {
  const tests = readTests(readFileSync(join(ROOT, file), 'utf8'), join(ROOT, file))
  it.each(tests.map((test) => [test.name, test] as const))('%s', (_name, test) => {
    expect(reportOf(test)).toBe('')
  })
})

describe('docs/testing.md', () => {
  const page = readFileSync(join(ROOT, 'docs/testing.md'), 'utf8')
  const blocks = [...page.matchAll(/```sql\n(.*?)```/gs)].map((match) => match[1]!)
  const directory = mkdtempSync(join(tmpdir(), 'millrace-docs-'))
  afterAll(() => rmSync(directory, { recursive: true }))
  mkdirSync(join(directory, 'tests'))
  writeFileSync(join(directory, 'pipeline.sql'), blocks.filter((block) => !block.includes('--@test')).join('\n'))
  const tests = blocks
    .filter((block) => block.includes('--@test'))
    .flatMap((block) => readTests(block, join(directory, 'tests', 'page.sql')))

  it.each(tests.map((test) => [test.name, test] as const))('%s', (_name, test) => {
    expect(reportOf(test)).toBe('')
  })

  it('has examples', () => {
    expect(tests.length).toBeGreaterThan(2)
  })
})
