import { readFileSync } from 'node:fs'
import { connect } from 'node:http2'
import { request } from 'node:https'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { FakeEngine, FakeStream } from '../support/fake-engine.ts'
import { startTestServer, type TestServer } from '../support/test-server.ts'

/** Made for these tests: valid for 127.0.0.1, for a hundred years, and trusted by nobody else. */
const key = join(import.meta.dirname, '../support/tls/key.pem')
const certificate = join(import.meta.dirname, '../support/tls/certificate.pem')
const ca = readFileSync(certificate, 'utf8')
const engine = new FakeEngine()
let server: TestServer

beforeAll(async () => {
  server = await startTestServer(engine, {
    listeners: 'https://127.0.0.1:0',
    'ssl.key.location': key,
    'ssl.certificate.location': certificate,
  })
})

afterAll(() => server.close())

it('speaks HTTP/1.1 over TLS', async () => {
  const status = await new Promise((resolve, reject) => {
    request(`${server.url}/info`, { ca }, (answer) => {
      answer.resume()
      resolve(answer.statusCode)
    })
      .once('error', reject)
      .end()
  })
  expect(status).toBe(200)
})

it('speaks HTTP/2 over TLS', async () => {
  const session = connect(server.url, { ca })
  const stream = session.request({ ':path': '/info' })
  const status = await new Promise((resolve) => stream.once('response', (headers) => resolve(headers[':status'])))
  session.close()
  expect(status).toBe(200)
})

it('speaks websockets over TLS', async () => {
  const rows = new FakeStream()
  engine.open = async () => rows
  const socket = new WebSocket(`${server.url.replace('https', 'wss')}/ws/query?request={"ksql":"SELECT 1;"}`, { ca })
  const closed = new Promise((resolve) => socket.once('close', resolve))
  await rows.end({ reason: 'completed', finalMessage: null })
  expect(await closed).toBe(1000)
})

it('says what an https listener needs', async () => {
  await expect(startTestServer(engine, { listeners: 'https://127.0.0.1:0' })).rejects.toThrow(
    'An https listener needs a key and a certificate: set ssl.key.location and ssl.certificate.location.',
  )
  await expect(
    startTestServer(engine, { 'ssl.key.location': '/nowhere/key', 'ssl.certificate.location': '/nowhere/crt' }),
  ).rejects.toThrow('Cannot read /nowhere/key, which configuration ssl.key.location names')
})
