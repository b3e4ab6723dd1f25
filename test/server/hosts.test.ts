import { expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { FakeEngine } from '../support/fake-engine.ts'
import { openHttp2, sendRaw } from '../support/http.ts'
import { startTestServer, type TestServer } from '../support/test-server.ts'

async function start(config: Record<string, string> = {}): Promise<TestServer> {
  const server = await startTestServer(new FakeEngine(), config)
  onTestFinished(() => server.close())
  return server
}

const infoAs = async ({ port }: TestServer, host: string, header = '') =>
  (await sendRaw(port, `GET /info HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n${header}\r\n`)).slice(9, 12)

it.each(['localhost', 'LOCALHOST', '127.0.0.1', '[::1]', 'gateway.example'])(
  'a server on loopback is used as %s',
  async (name) => {
    const server = await start({ 'access.control.allow.hosts': 'other.example, gateway.example' })
    expect(await infoAs(server, name)).toBe('200')
    expect(await infoAs(server, `${name}:${server.port}`)).toBe('200')
  },
)

it.each(['evil.example', 'localhost.evil.example', 'evil.example:8088', '127.0.0.1.evil.example'])(
  'a server on loopback is not used as %s',
  async (name) => {
    const server = await start()
    expect(await infoAs(server, name)).toBe('421')
  },
)

it('a page whose name was made to lead to loopback is refused, although its origin is that of its host', async () => {
  const server = await start()
  const host = `evil.example:${server.port}`
  expect(await infoAs(server, host, `Origin: http://${host}\r\n`)).toBe('421')
  const http2 = openHttp2(server.url, '/ksql', '{"ksql":"DROP STREAM S;"}', {
    ':authority': host,
    origin: `http://${host}`,
  })
  expect(await http2.status).toBe(421)
  await http2.ended
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/ws/query?request={}`, { headers: { host } })
  const status = await new Promise((resolve) =>
    socket.once('unexpected-response', (_request, { statusCode }) => resolve(statusCode)),
  )
  expect(status).toBe(421)
})

it('a server that also listens elsewhere is used under any name', async () => {
  const server = await start({ listeners: 'http://0.0.0.0:0' })
  expect(await infoAs(server, 'millrace.example')).toBe('200')
})
