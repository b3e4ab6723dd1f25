import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { obtainToken } from '../../../../../src/broker/kafka/security/oauth-token.ts'
import { ManualClock } from '../../../../../src/clock.ts'

const clock = new ManualClock(1_000_000)
const opened: Server[] = []
afterEach(() => {
  for (const server of opened.splice(0)) server.close()
})

interface Seen {
  authorization: string
  body: string
}

/** A token endpoint that gives every request the same answer. */
async function endpoint(status: number, answer: string, seen: Seen[] = []) {
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    seen.push({ authorization: request.headers.authorization ?? '', body })
    response.writeHead(status).end(answer)
  })
  opened.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`
  return { kind: 'endpoint', url, clientId: 'c', clientSecret: 's:!', scope: 'a b', ca: null, timeoutMs: 5000 } as const
}

const jwt = (claims: object) => `x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.y`

test('a client is named in the header and its scope in the form', async () => {
  const seen: Seen[] = []
  const origin = await endpoint(200, '{"access_token":"t","expires_in":60}', seen)
  expect(await obtainToken(origin, clock)).toEqual({ value: 't', lifetimeMs: 60_000 })
  expect(seen).toEqual([{ authorization: `Basic ${btoa('c:s:!')}`, body: 'grant_type=client_credentials&scope=a+b' }])
})

test('the end is the one in the token, then that of the answer, else soon', async () => {
  const lifetimeOf = async (answer: object) =>
    (await obtainToken(await endpoint(200, JSON.stringify(answer)), clock)).lifetimeMs
  expect(await lifetimeOf({ access_token: jwt({ exp: 1030 }), expires_in: 9 })).toBe(30_000)
  expect(await lifetimeOf({ access_token: jwt({}), expires_in: '9' })).toBe(9000)
  expect(await lifetimeOf({ access_token: 'opaque' })).toBe(300_000)
})

test('a refused client is an error with the endpoint’s reason', async () => {
  const origin = await endpoint(401, '{"error":"invalid_client","error_description":"No such client"}')
  await expect(obtainToken(origin, clock)).rejects.toMatchObject({
    code: 'AUTHORIZATION_FAILED',
    retriable: false,
    message: `The token endpoint ${origin.url} refused the client: it answered 401 (invalid_client: No such client). Check the client's id, secret and scope.`,
  })
  await expect(obtainToken(await endpoint(200, 'hello'), clock)).rejects.toThrow('answered without an access_token')
})

test('an endpoint in trouble may work later', async () => {
  for (const status of [500, 503, 429])
    await expect(obtainToken(await endpoint(status, ''), clock)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retriable: true,
    })
  const origin = await endpoint(200, '')
  opened.splice(0).forEach((server) => void server.close())
  await expect(obtainToken(origin, clock)).rejects.toMatchObject({ code: 'UNAVAILABLE', retriable: true })
})

test('a file is read each time', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-token-'))
  const path = join(folder, 'token')
  try {
    writeFileSync(path, `${jwt({ exp: 1010 })}\n`)
    expect(await obtainToken({ kind: 'file', path }, clock)).toEqual({ value: jwt({ exp: 1010 }), lifetimeMs: 10_000 })
    writeFileSync(path, 'next')
    expect((await obtainToken({ kind: 'file', path }, clock)).value).toBe('next')
    await expect(obtainToken({ kind: 'file', path: `${path}x` }, clock)).rejects.toMatchObject({
      code: 'AUTHORIZATION_FAILED',
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('an unsecured token has subject and times', async () => {
  const { value, lifetimeMs } = await obtainToken({ kind: 'unsecured', subject: 'alice', lifetimeMs: 5000 }, clock)
  const [header, claims, signature] = value.split('.')
  expect(JSON.parse(Buffer.from(header!, 'base64url').toString())).toEqual({ alg: 'none' })
  expect(JSON.parse(Buffer.from(claims!, 'base64url').toString())).toEqual({ sub: 'alice', iat: 1000, exp: 1005 })
  expect([signature, lifetimeMs]).toEqual(['', 5000])
})
