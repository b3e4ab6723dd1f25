/** A part of `npm run oracle`, and that it finds what it must. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Duckdb, type Judge } from './random/duckdb.ts'
import { judgeAll } from './random/oracle.ts'

describe('random queries', () => {
  let duckdb: Duckdb
  beforeAll(async () => {
    duckdb = await Duckdb.open()
  })
  afterAll(() => duckdb.close())

  it.each([
    ['built-in', { queries: 120, inJavaScript: false }],
    ['JavaScript', { queries: 50, inJavaScript: true }],
  ])('have the content that DuckDB gives, with %s aggregates', { timeout: 120_000 }, async (_name, part) => {
    const lines: string[] = []
    const say = (line: string) => lines.push(line)
    const options = { ...part, seed: 1, mostFailures: 1, say }
    const { failures, equal } = await judgeAll(options, duckdb)
    expect(failures, lines.join('\n')).toBe(0)
    expect(equal).toBeGreaterThan(part.queries * 0.95)
  })

  it('that differ are shown with the fewest rows and the simplest query', { timeout: 120_000 }, async () => {
    const forgetful: Judge = {
      content: async (query, tables) => {
        const content = await duckdb.content(query, tables)
        return { ...content, rows: content.rows.slice(1) }
      },
    }
    const lines: string[] = []
    const say = (line: string) => lines.push(line)
    const report = await judgeAll({ queries: 20, seed: 1, inJavaScript: false, mostFailures: 1, say }, forgetful)
    expect(report.failures).toBe(1)
    const [failure = ''] = lines.filter((line) => line.startsWith('FAILURE'))
    expect(failure.split('\n').filter((line) => /^ {2}[TUSR] /.test(line))).toHaveLength(1)
    expect(failure).toContain('restart before step 1\n')
  })
})
