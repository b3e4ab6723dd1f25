import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { createConfig } from '../../../src/engine/config/config.ts'
import { readSecretKey } from '../../../src/main/read-secret-key.ts'

const directory = mkdtempSync(join(tmpdir(), 'millrace-key-'))
afterAll(() => rmSync(directory, { recursive: true }))

const read = (path: string) => readSecretKey({ config: createConfig({ 'millrace.secrets.key.file': path }) })

function file(name: string, text: string): string {
  const path = join(directory, name)
  writeFileSync(path, text)
  return path
}

test('the key of secrets is read from the file of the setting', () => {
  expect(read(file('good', `${'0f'.repeat(32)}\n`))).toEqual(Buffer.alloc(32, 0x0f))
  expect(readSecretKey({ config: createConfig({}) })).toBeNull()
})

test('a file without a key, or none, keeps the server from starting, and is not shown', () => {
  const bad = file('bad', 'swordfish')
  expect(() => read(bad)).toThrow(/has no key: it wants 32 bytes .* `openssl rand -base64 32`/)
  expect(() => read(bad)).not.toThrow('swordfish')
  expect(() => read(join(directory, 'none'))).toThrow('Cannot read the file that millrace.secrets.key.file names')
})
