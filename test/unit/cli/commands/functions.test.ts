import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { applyFunctions } from '../../../../src/cli/commands/functions.ts'
import { parseStatements } from '../../../../src/sql/parse.ts'
import { TestEngine, temporaryDirectory } from '../../../support/engine.ts'
import { startTestServer } from '../../../support/test-server.ts'

// Sandboxes and servers take their time on a machine that has much else to do.
vi.setConfig({ testTimeout: 30_000 })

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-functions-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const file = (name: string, text: string) => writeFileSync(join(folder, name), text)

async function apply(options: { readonly server?: string; readonly dryRun?: boolean; readonly paths?: string[] } = {}) {
  const texts = { out: '', err: '' }
  const sink = (name: 'out' | 'err') =>
    new Writable({
      write(chunk, _encoding, done) {
        texts[name] += chunk
        done()
      },
    })
  const { server = 'http://127.0.0.1:1', dryRun = false, paths = [folder] } = options
  const given = { server, dryRun, project: folder }
  const exitCode = await applyFunctions(paths, given, { out: sink('out'), err: sink('err') })
  return { exitCode, ...texts }
}

const AREA = `/* CREATE FUNCTION area(w DOUBLE, h DOUBLE) RETURNS DOUBLE STRICT */
const times = (w: number, h: number): number => w * h
export default (w: number, h: number): number => times(w, h)
`

it('makes a statement of a file, without its types', async () => {
  file('area.ts', AREA)
  file('area.test.ts', 'not a function')
  file('types.d.ts', 'not a function')
  const { exitCode, out } = await apply({ dryRun: true })
  expect(exitCode).toBe(0)
  const [statement] = parseStatements(out)
  expect(statement).toMatchObject({ kind: 'createFunction', name: 'AREA', orReplace: true, language: 'JAVASCRIPT' })
  expect(statement).toHaveProperty('body', expect.stringMatching(/^\nconst times = \(w\s*, h\s*\)\s*=> w \* h/))
})

it.each([
  ['f.js', 'export default () => 1', 'does not begin with the statement in a comment'],
  ['f.js', '/* CREATE TYPE f AS INT */ 1', 'f.js'],
  ['f.js', '/* CREATE FUNCTION f( */ 1', 'f.js'],
  ['f.ts', '/* CREATE FUNCTION f() RETURNS INT */ enum A { B }\nexport default () => 1', 'f.ts'],
  ['f.txt', '', 'no files *.js or *.ts'],
])('refuses %s: %s', async (name, text, message) => {
  file(name, text)
  const { exitCode, err } = await apply({ dryRun: true })
  expect(exitCode).toBe(1)
  expect(err).toContain(message)
})

it('refuses a path that is not there', async () => {
  expect((await apply({ paths: [join(folder, 'nope')] })).err).toContain('no such file')
})

it('bundles what a file imports with the esbuild of the project, and asks for it where there is none', async () => {
  file('f.js', "/* CREATE FUNCTION f() RETURNS INT */\nimport { one } from './lib/one.js'\nexport default () => one")
  expect((await apply({ dryRun: true })).err).toContain('npm install --save-dev esbuild')
  const fake = join(folder, 'node_modules', 'esbuild')
  mkdirSync(fake, { recursive: true })
  writeFileSync(
    join(fake, 'index.js'),
    "exports.build = async ({ entryPoints, format }) => ({ outputFiles: [{ text: '// ' + format + '\\nexport default () => 1 // ' + entryPoints.length }] })",
  )
  const { out } = await apply({ dryRun: true })
  expect(parseStatements(out)[0]).toMatchObject({ body: '\n// esm\nexport default () => 1 // 1\n' })
})

it('applies the files to a server, and leaves alone what has not changed', async () => {
  const directory = temporaryDirectory()
  const engine = await TestEngine.open(directory.path)
  const server = await startTestServer(engine.engine)
  try {
    file('area.ts', AREA)
    file('twice.js', '/* CREATE FUNCTION twice(a INT) RETURNS INT */ a * 2')
    const options = { server: server.url }
    expect((await apply(options)).out).toBe(
      'AREA: Function AREA(DOUBLE, DOUBLE) created, version 1\nTWICE: Function TWICE(INTEGER) created, version 1\n',
    )
    file('twice.js', '/* CREATE FUNCTION twice(a INT) RETURNS INT */ a + a')
    expect((await apply(options)).out).toBe('AREA: unchanged\nTWICE: Function TWICE(INTEGER) created, version 2\n')
    file('twice.js', '/* CREATE FUNCTION twice(a INT) RETURNS INT */ a +')
    const { exitCode, err } = await apply(options)
    expect(exitCode).toBe(1)
    expect(err).toContain('SyntaxError')
  } finally {
    await server.close()
    await engine.close()
    directory.remove()
  }
})
