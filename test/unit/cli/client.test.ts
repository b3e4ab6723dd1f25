import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Client, type QueryElement } from '../../../src/cli/client/client.ts'

const HEADER = '{"header":{"queryId":"q","schema":"`A` INTEGER"}}'
const ROW = '{"row":{"columns":[1]}}'
const FAILURE = '{"errorMessage":{"@type":"generic_error","error_code":50000,"message":"The query failed."}}'

let answer = ''
let server: Server
let client: Client
let connected: Promise<Socket>

beforeEach(async () => {
  server = createServer((_request, response) => response.end(answer))
  connected = once(server, 'connection').then(([socket]) => socket as Socket)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  client = new Client(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})

afterEach(() => {
  server.closeAllConnections()
  server.close()
})

async function elements(limit = Number.POSITIVE_INFINITY): Promise<QueryElement['kind'][]> {
  const kinds: QueryElement['kind'][] = []
  for await (const { kind } of client.query('SELECT a FROM t;')) {
    kinds.push(kind)
    if (kinds.length === limit) break
  }
  return kinds
}

async function isClosed(): Promise<void> {
  const socket = await connected
  if (!socket.closed) await once(socket, 'close')
}

test('a query that fails in the middle throws, and leaves no connection that keeps the process alive', async () => {
  answer = `[${HEADER},\n${FAILURE}]`
  await expect(elements()).rejects.toMatchObject({ message: 'The query failed.', errorCode: 50000 })
  await isClosed()
})

test('a query that is left in the middle leaves no connection', async () => {
  answer = `[${HEADER},\n${ROW},\n${ROW}]`
  expect(await elements(2)).toEqual(['header', 'row'])
  await isClosed()
})
