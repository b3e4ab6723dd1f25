import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openFileJournal } from '../../../src/registry/in-process/file-journal.ts'
import type { RegistryEntry } from '../../../src/registry/in-process/registered-schemas.ts'

let folder = ''
let path = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-journal-'))
  path = join(folder, 'schemas')
})
afterEach(() => rm(folder, { recursive: true }))

const first: RegistryEntry = {
  kind: 'register',
  subject: 't-value',
  version: 1,
  id: 1,
  type: 'PROTOBUF',
  text: 'message M {\n}',
  references: [],
}
const second: RegistryEntry = { kind: 'delete', subject: 't-value' }

async function write(...entries: readonly RegistryEntry[]): Promise<void> {
  const journal = await openFileJournal(path)
  for (const entry of entries) await journal.append(entry)
  await journal.close()
}

async function entries(): Promise<readonly RegistryEntry[]> {
  const journal = await openFileJournal(path)
  await journal.close()
  return journal.entries
}

test('what was appended is there after a restart, in order', async () => {
  expect(await entries()).toEqual([])
  await write(first)
  await write(second)
  expect(await entries()).toEqual([first, second])
})

test('half a line at the end is cut off, and the next entry follows the whole ones', async () => {
  await write(first, second)
  const whole = await readFile(path, 'utf8')
  await writeFile(path, whole.slice(0, -4))
  expect(await entries()).toEqual([first])
  await write(second)
  expect(await entries()).toEqual([first, second])
})

test('a last line whose bytes have changed is cut off', async () => {
  await write(first)
  await appendFile(path, '00000000 {"kind":"delete","subject":"u-value"}\n')
  expect(await entries()).toEqual([first])
})

test('a damaged line before others is an error that names it', async () => {
  await write(first, second)
  const whole = await readFile(path, 'utf8')
  await writeFile(path, whole.replace('message M', 'message N'))
  await expect(openFileJournal(path)).rejects.toThrow(`${path}: line 1 is damaged`)
})
