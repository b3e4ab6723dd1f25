import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { systemTimer } from '../../src/clock.ts'
import { HttpRegistry } from '../../src/registry/http/http-registry.ts'
import { openFileJournal } from '../../src/registry/in-process/file-journal.ts'
import { InProcessRegistry } from '../../src/registry/in-process/in-process-registry.ts'
import type { HttpRegistryOptions } from '../../src/registry/registry-options.ts'
import { rulesOf } from '../../src/registry/rules/rules-of.ts'
import { startRegistryServer } from '../support/registry-server.ts'
import { registryContract } from './registry.contract.ts'

const closers: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const close of closers.reverse()) await close()
})

const overHttp = (url: string) => {
  const options: HttpRegistryOptions = { urls: [url], credentials: null, tls: {}, timeoutMs: 10_000 }
  return new HttpRegistry(options, { timer: systemTimer, random: Math.random })
}

registryContract(
  'the registry in this process',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-registry-'))
    const journal = await openFileJournal(join(folder, 'schemas'))
    const registry = new InProcessRegistry({ rules: rulesOf, journal })
    closers.push(async () => {
      await registry.close()
      await rm(folder, { recursive: true })
    })
    return registry
  },
  { unique: 'InProcess' },
)

registryContract(
  'a registry over HTTP',
  async () => {
    const server = await startRegistryServer(new InProcessRegistry({ rules: rulesOf }))
    const registry = overHttp(server.url)
    closers.push(
      () => server.close(),
      () => registry.close(),
    )
    return registry
  },
  { unique: 'Http' },
)

/** `SCHEMA_REGISTRY_URL`: a real registry, with the path of its Confluent API; schemas stay in it. */
const real = process.env.SCHEMA_REGISTRY_URL
if (real !== undefined) {
  registryContract(`the registry at ${real}`, async () => overHttp(real), { unique: `M${Date.now()}` })
}
