/** The guarantee that a server gives where its configuration names none. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { type ServerParts, startServerParts } from '../../src/main.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'millrace-guarantee-'))
let parts: ServerParts | null = null

afterEach(async () => {
  await parts?.close()
  rmSync(dataDir, { recursive: true, force: true })
})

async function shownGuarantee(properties: Readonly<Record<string, string>>): Promise<unknown> {
  parts = startServerParts({ dataDir, properties })
  const [entity] = await (await parts.engine).execute({ sql: 'SHOW PROPERTIES;' })
  const { properties: shown } = entity as unknown as {
    readonly properties: readonly { readonly name: string; readonly value: string }[]
  }
  return shown.find(({ name }) => name.endsWith('processing.guarantee'))?.value
}

it('is exactly once on the embedded log', async () => {
  expect(await shownGuarantee({})).toBe('exactly_once_v2')
})

it('is what the configuration names', async () => {
  expect(await shownGuarantee({ 'ksql.streams.processing.guarantee': 'at_least_once' })).toBe('at_least_once')
})
