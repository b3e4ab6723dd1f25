import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { HttpConnect, type HttpConnectOptions } from '../../../src/connect/http-connect.ts'
import { ConnectServer, REBALANCE } from '../../support/connect/connect-server.ts'
import { ImmediateTimer } from '../../support/immediate-timer.ts'

const FILE_SOURCE = { 'connector.class': 'org.apache.kafka.connect.file.FileStreamSourceConnector', topic: 't' }

let server: ConnectServer
let timer: ImmediateTimer
const clients: HttpConnect[] = []

beforeEach(async () => {
  server = await new ConnectServer().start()
  timer = new ImmediateTimer()
})
afterEach(async () => {
  for (const client of clients.splice(0)) client.close()
  await server.close()
})

function client(options: Partial<HttpConnectOptions> = {}): HttpConnect {
  const made = new HttpConnect({
    urls: [server.url],
    authorization: () => null,
    tls: {},
    timeoutMs: 5000,
    timer,
    random: () => 0,
    ...options,
  })
  clients.push(made)
  return made
}

test('names may have any characters', async () => {
  await client().create('a/b c', FILE_SOURCE)
  expect(await client().connectors()).toEqual(['a/b c'])
  expect(await client().describe('a/b c')).toMatchObject({ name: 'a/b c', config: FILE_SOURCE, type: 'source' })
  await client().drop('a/b c')
  expect(await client().connectors()).toEqual([])
})

test('a rebalance is waited for', async () => {
  server.failures.push(...Array.from({ length: 9 }, () => ({ status: 409, message: REBALANCE })))
  await client().create('c', FILE_SOURCE)
  expect(timer.pauses).toEqual([50, 100, 200, 400, 800, 1000, 1000, 1000, 1000])
})

test('a rebalance is waited for no longer than a bound', async () => {
  server.failures.push(...Array.from({ length: 11 }, () => ({ status: 409, message: REBALANCE })))
  await expect(client().create('c', FILE_SOURCE)).rejects.toMatchObject({
    status: 409,
    message: `The Kafka Connect worker at ${server.url} cannot be reached: it answers 409: ${REBALANCE}.`,
  })
  expect(server.failures).toHaveLength(1)
})

test('a name that is taken is not tried again', async () => {
  await client().create('c', FILE_SOURCE)
  await expect(client().create('c', FILE_SOURCE)).rejects.toMatchObject({
    status: 409,
    message: 'Connector c already exists',
  })
  expect(timer.pauses).toEqual([])
})

test('a connector whose answer was lost is not created again', async () => {
  server.failures.push(null)
  await expect(client().create('c', FILE_SOURCE)).rejects.toMatchObject({ status: 0 })
  expect(server.requests).toEqual(['POST /connectors'])
  expect(server.configs.has('c')).toBe(true)
})

test('questions whose answer was lost are put again', async () => {
  server.failures.push(null, { status: 503, message: 'starting' })
  expect(await client().connectors()).toEqual([])
  expect(timer.pauses).toEqual([50, 100])
})

test('a worker that is down gives way to another', async () => {
  const connect = client({ urls: ['http://127.0.0.1:9', server.url] })
  await connect.create('c', FILE_SOURCE)
  expect(server.requests).toEqual(['POST /connectors'])
})

test('without an address calls are refused', async () => {
  await expect(client({ urls: [] }).connectors()).rejects.toThrow('No worker of Kafka Connect is known')
})

test('credentials are read for each request', async () => {
  const credentials = ['Basic a', 'Basic b']
  const connect = client({ authorization: () => credentials.shift() ?? null })
  await connect.connectors()
  await connect.connectors()
  await connect.connectors()
  expect(server.authorizations).toEqual(['Basic a', 'Basic b', undefined])
})

test('a slow worker is given up after the time-out', async () => {
  const hanging = client({ timeoutMs: 20 })
  const waiting = new Promise<void>(() => {})
  server.beforeAnswer = () => waiting
  await expect(hanging.connectors()).rejects.toMatchObject({ status: 0 })
  server.beforeAnswer = async () => {}
})

test('over TLS the certificate must be one of an authority that is known', async () => {
  const read = (name: string) => readFileSync(join(import.meta.dirname, '../../support/tls', name), 'utf8')
  const ca = read('certificate.pem')
  const secure = await new ConnectServer({ key: read('key.pem'), cert: ca }).start()
  try {
    expect(await client({ urls: [secure.url], tls: { ca } }).connectors()).toEqual([])
    await expect(client({ urls: [secure.url] }).connectors()).rejects.toMatchObject({ status: 0 })
  } finally {
    await secure.close()
  }
})
