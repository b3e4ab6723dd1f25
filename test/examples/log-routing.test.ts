import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { logLines, SHARES } from '../../examples/log-routing/data.ts'
import { countLines } from '../../examples/log-routing/expected.ts'
import { type Measurement, reduction } from '../../examples/log-routing/measurement.ts'
import { readOptions } from '../../examples/log-routing/options.ts'
import { flowPicture } from '../../examples/log-routing/picture.ts'
import { reportText } from '../../examples/log-routing/report.ts'
import { routeLogs } from '../../examples/log-routing/route-logs.ts'
import { type ServerProcess, startServerProcess } from '../../examples/support/server-process.ts'

const BYTES = 500_000
const TEST_MS = 180_000

describe('a small run', () => {
  const directory = mkdtempSync(join(tmpdir(), 'log-routing-'))
  let server: ServerProcess
  let measured: Measurement

  beforeAll(async () => {
    server = await startServerProcess(null, { 'millrace.connectors.directories': directory })
    measured = await routeLogs({
      url: server.url,
      directory,
      bytes: BYTES,
      elasticsearch: null,
      splunk: null,
      print: () => {},
    })
  }, TEST_MS)
  afterAll(async () => {
    await server.stop()
    rmSync(directory, { recursive: true })
  })

  test('routes every line as a plain computation does', () => {
    expect(countLines(BYTES).differences(measured)).toEqual([])
  })

  test('has the lines themselves in the files of their targets', () => {
    const expected = [...logLines(BYTES)]
    for (const route of ['user', 'machine'] as const) {
      const folder = join(directory, route)
      const names = readdirSync(folder).filter((name) => name.endsWith('.json'))
      const lines = names.flatMap((name) => readFileSync(join(folder, name), 'utf8').trimEnd().split('\n'))
      const written = lines.map((line) => (JSON.parse(line) as { line: string }).line)
      expect(written.toSorted()).toEqual(expected.flatMap((log) => (log.route === route ? [log.line] : [])).toSorted())
    }
  })

  test('saves what the story says, and shows it', () => {
    expect(reduction(measured)).toBeCloseTo(0.65, 2)
    expect(reportText(measured)).toMatch(/Stored before, by each of two systems: 1\.00 MB in all\. .* 65\.\d % less\./)
    const picture = flowPicture(measured)
    expect(picture).toContain('65.')
    expect(picture.match(/<path /g)).toHaveLength(4)
  })
})

test('lines have the shares of the story, and are the same in every run', () => {
  const { routed } = countLines(BYTES)
  for (const [route, share] of Object.entries(SHARES)) {
    expect(routed[route as keyof typeof SHARES].bytes / BYTES).toBeCloseTo(share, 2)
  }
  expect([...logLines(2000)]).toEqual([...logLines(2000)])
})

test('sizes are numbers with a unit', () => {
  expect(readOptions([]).bytes).toBe(200e6)
  expect(readOptions(['--size', '1.5gb']).bytes).toBe(1.5e9)
  expect(() => readOptions(['--size', 'much'])).toThrow('much is no size')
  expect(() => readOptions(['--splunk', 'http://localhost:8088'])).toThrow('CONNECTOR_SPLUNK_TOKEN')
})
