import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { expect, it, onTestFinished } from 'vitest'
import { runTests, type TestOptions } from '../../../../src/cli/commands/test.ts'
import { systemTimer } from '../../../../src/clock.ts'

class Terminal extends Writable {
  text = ''
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += String(chunk)
    done()
  }
}

const OPTIONS: TestOptions = { watch: false, reporter: 'text', restarts: true, set: [] }
const STREAM = "CREATE STREAM s (id INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON');"
const passing = (name: string) =>
  `--@test: ${name}\n${STREAM}\nINSERT INTO s VALUES (1, 2);\nASSERT VALUES s VALUES (1, 2);\n`
const FAILING = `--@test: fails\n${STREAM}\nASSERT VALUES s VALUES (1, 2);\n`

function files(texts: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-test-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  for (const [name, text] of Object.entries(texts)) {
    mkdirSync(join(directory, name, '..'), { recursive: true })
    writeFileSync(join(directory, name), text)
  }
  return directory
}

async function run(paths: readonly string[], options: Partial<TestOptions> = {}) {
  const [out, err] = [new Terminal(), new Terminal()]
  const { signal } = new AbortController()
  const exitCode = await runTests(
    paths,
    { ...OPTIONS, ...options },
    { out, err, timer: systemTimer, random: () => 0.5, signal },
  )
  return { exitCode, out: out.text, err: err.text }
}

it('runs the tests of a folder, and no other files in it', async () => {
  const folder = files({
    'b.sql': passing('b'),
    'deep/a.sql': passing('a'),
    'pipeline.sql': 'SHOW STREAMS;',
    'x.txt': '',
  })
  const { exitCode, out } = await run([folder])
  expect(out).toMatch(/^>>> Test passed! b \(\d+ ms\)\n>>> Test passed! a \(\d+ ms\)\n\n2 passed, 0 failed/)
  expect(exitCode).toBe(0)
})

it('ends with 1 if a test fails', async () => {
  const folder = files({ 'a.sql': passing('good') + FAILING })
  const { exitCode, out } = await run([folder])
  expect(exitCode).toBe(1)
  expect(out).toContain('>>>>> Test failed: fails (Line: 7, Col: 1):')
  expect(out).toContain(`file://${folder}/a.sql:7`)
})

it('runs tests by a part of their name, with settings', async () => {
  const folder = files({ 'a.sql': passing('good') + FAILING })
  expect((await run([folder], { filter: 'goo' })).out).toContain('1 passed, 0 failed')
  const refused = await run([folder], { filter: 'goo', set: ['ksql.insert.into.values.enabled=false'] })
  expect(refused.out).toContain('INSERT INTO ... VALUES is switched off')
})

it.each([
  ['none.sql', {}, 'no such file'],
  ['.', { filter: 'none' }, 'No tests found'],
  ['.', { reporter: 'dots' }, 'There is no reporter dots. There are: text, tap, junit.'],
])('says why nothing ran: %s %o', async (path, options, message) => {
  const folder = files({ 'a.sql': passing('good') })
  const { exitCode, err } = await run([join(folder, path)], options)
  expect(exitCode).toBe(1)
  expect(err).toContain(message)
})

it('names the line of a directive that is not known', async () => {
  const { err } = await run([files({ 'a.sql': '--@test: a\n--@expect.error: x\n' })])
  expect(err).toMatch(/a\.sql:2: --@expect\.error is not known/)
})

it('runs again when a file changes', async () => {
  const folder = files({ 'a.sql': FAILING })
  const [out, err] = [new Terminal(), new Terminal()]
  const controller = new AbortController()
  const io = { out, err, timer: systemTimer, random: () => 0.5, signal: controller.signal }
  const done = runTests([folder], { ...OPTIONS, watch: true }, io)
  await expect.poll(() => out.text, { timeout: 10_000 }).toContain('0 passed, 1 failed')
  writeFileSync(join(folder, 'a.sql'), passing('mended'))
  await expect.poll(() => out.text, { timeout: 10_000 }).toContain('1 passed, 0 failed')
  controller.abort()
  expect(await done).toBe(0)
})

it('runs a test whose records are in JSON files', async () => {
  const folder = files({
    's.sql': `${STREAM} CREATE STREAM t AS SELECT id, v * 2 AS w FROM s;`,
    'in.json': '{"inputs": [{"topic": "s", "key": 1, "value": {"V": 4}, "timestamp": 7}]}',
    'out.json': '{"outputs": [{"topic": "T", "key": 1, "value": {"W": 8}, "timestamp": 7}]}',
    'bad.json': '{"outputs": [{"topic": "T", "key": 1, "value": {"W": 9}, "timestamp": 7}]}',
  })
  const paths = (output: string) => ({
    sqlFile: join(folder, 's.sql'),
    inputFile: join(folder, 'in.json'),
    outputFile: join(folder, output),
  })
  expect(await run([], paths('out.json'))).toEqual({ exitCode: 0, out: '\t >>> Test passed!\n', err: '' })
  const { exitCode, err } = await run([], paths('bad.json'))
  expect(exitCode).toBe(1)
  expect(err).toContain('>>>>> Test failed: Topic T, record 0: value: expected {"W":9}, got {"W":8}')
})
