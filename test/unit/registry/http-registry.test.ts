import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { HttpRegistry } from '../../../src/registry/http/http-registry.ts'
import { InProcessRegistry } from '../../../src/registry/in-process/in-process-registry.ts'
import type { HttpRegistryOptions } from '../../../src/registry/registry-options.ts'
import { rulesOf } from '../../../src/registry/rules/rules-of.ts'
import { ImmediateTimer } from '../../support/immediate-timer.ts'
import { type RegistryServer, startRegistryServer } from '../../support/registry-server.ts'

let server: RegistryServer
let timer: ImmediateTimer
const clients: HttpRegistry[] = []

beforeEach(async () => {
  server = await startRegistryServer(new InProcessRegistry({ rules: rulesOf }))
  timer = new ImmediateTimer()
})
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close()
  await server.close()
})

function client(options: Partial<HttpRegistryOptions> = {}): HttpRegistry {
  const made = new HttpRegistry(
    { urls: [server.url], credentials: null, tls: {}, timeoutMs: 5000, ...options },
    { timer, random: () => 0 },
  )
  clients.push(made)
  return made
}

/** An address at which nothing listens. */
const DEAD = 'http://127.0.0.1:9'

test('a passing failure is tried again after a pause that grows', async () => {
  server.failures.push(503, 429)
  expect(await client().subjects()).toEqual([])
  expect(server.requests).toEqual(['GET /subjects', 'GET /subjects', 'GET /subjects'])
  expect(timer.pauses).toEqual([50, 100])
})

test("after three rounds the failure is the caller's", async () => {
  await expect(client({ urls: [DEAD] }).subjects()).rejects.toMatchObject({
    kind: 'UNAVAILABLE',
    isRetriable: true,
    message: expect.stringContaining('The schema registry at http://127.0.0.1:9 cannot be reached'),
  })
  expect(timer.pauses).toHaveLength(2)
})

test('an address that does not answer gives way to the next, which stays the first choice', async () => {
  const registry = client({ urls: [DEAD, server.url] })
  expect(await registry.subjects()).toEqual([])
  expect(await registry.subjects()).toEqual([])
  expect(server.requests).toHaveLength(2)
  expect(timer.pauses).toEqual([])
})

test('a refusal is not tried again, and has the words of the registry', async () => {
  server.failures.push(401)
  await expect(client().subjects()).rejects.toMatchObject({
    kind: 'UNAUTHORIZED',
    status: 401,
    code: 40100,
    message: 'chosen failure',
  })
  expect(server.requests).toHaveLength(1)
})

test('credentials are a user and a password, or a token', async () => {
  await client({ credentials: { kind: 'basic', user: 'u', password: 'p:w' } }).subjects()
  await client({ credentials: { kind: 'bearer', token: 'abc' } }).subjects()
  expect(server.authorizations).toEqual([`Basic ${Buffer.from('u:p:w').toString('base64')}`, 'Bearer abc'])
})

test('an address may have a path and a slash at its end', async () => {
  await client({ urls: [`${server.url}/`] }).subjects()
  expect(server.requests).toEqual(['GET /subjects'])
})

test('over TLS the certificate must be one of an authority that is known, and name the address', async () => {
  const read = (name: string) => readFileSync(join(import.meta.dirname, '../../support/tls', name), 'utf8')
  const ca = read('certificate.pem')
  const secure = await startRegistryServer(new InProcessRegistry({ rules: rulesOf }), {
    key: read('key.pem'),
    cert: ca,
  })
  try {
    expect(await client({ urls: [secure.url], tls: { ca } }).subjects()).toEqual([])
    await expect(client({ urls: [secure.url] }).subjects()).rejects.toMatchObject({ kind: 'UNAVAILABLE' })
    const elsewhere = secure.url.replace('127.0.0.1', '127.0.0.2')
    await expect(client({ urls: [elsewhere], tls: { ca } }).subjects()).rejects.toMatchObject({ kind: 'UNAVAILABLE' })
  } finally {
    await secure.close()
  }
})

test('an answer that is no document of the API is a failure that is not tried again', async () => {
  const odd = createServer((_request, response) => response.end('<html>'))
  await new Promise<void>((resolve) => odd.listen(0, '127.0.0.1', resolve))
  const { port } = odd.address() as AddressInfo
  try {
    await expect(client({ urls: [`http://127.0.0.1:${port}`] }).schemaById(1)).rejects.toMatchObject({ kind: 'FAILED' })
    expect(timer.pauses).toEqual([])
  } finally {
    odd.closeAllConnections()
    await new Promise((resolve) => odd.close(resolve))
  }
})
