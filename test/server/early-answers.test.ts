// Answers over HTTP/2 that leave before the body of the request has arrived. Clients take a stream that is reset without its end for a
// failure, whatever they have received of the answer.
import { expect, it, onTestFinished } from 'vitest'
import type { Engine } from '../../src/engine/api.ts'
import { FakeEngine } from '../support/fake-engine.ts'
import { answerToOpenRequest } from '../support/http.ts'
import { startTestServer } from '../support/test-server.ts'

const BODY = '{"ksql":"SHOW STREAMS;"'

const headers = (method: string, path: string, ...others: [string, string][]): [string, string][] => [
  [':method', method],
  [':scheme', 'http'],
  [':authority', 'localhost'],
  [':path', path],
  ...others,
]

it.each([
  ['401, without a user', 'POST', '/ksql', [], { 'authentication.method': 'BASIC' }],
  ['403, for a page of another origin', 'POST', '/ksql', [['origin', 'https://evil.example']], {}],
  ['404', 'POST', '/nothing', [], {}],
  ['405', 'PUT', '/ksql', [], {}],
  ['406', 'POST', '/inserts-stream', [['accept', 'text/html']], {}],
  ['413', 'POST', '/ksql', [['content-length', '99999999']], {}],
  ['a GET with a body', 'GET', '/info', [], {}],
] as [string, string, string, [string, string][], Record<string, string>][])(
  'ends its stream: %s',
  async (_case, method, path, others, config) => {
    const users = new URL('../support/users.properties', import.meta.url).pathname
    const server = await startTestServer(new FakeEngine(), { ...config, 'authentication.users.location': users })
    onTestFinished(() => server.close())
    for (const body of ['', BODY]) {
      const frames = await answerToOpenRequest(server.port, headers(method, path, ...others), body)
      expect(frames.at(-1)).toMatchObject({ endsStream: true })
      expect(frames[0]).toMatchObject({ type: 'HEADERS' })
    }
  },
)

it('ends its stream: 400 for a target that is wrong, while rows still come', async () => {
  const server = await startTestServer(new FakeEngine())
  onTestFinished(() => server.close())
  const frames = await answerToOpenRequest(server.port, headers('POST', '/inserts-stream'), 'nonsense\n{"K":1}\n')
  expect(frames.at(-1)).toMatchObject({ endsStream: true })
})

it('ends its stream: 503 of a server that starts', async () => {
  const server = await startTestServer(new Promise<Engine>(() => {}))
  onTestFinished(() => server.close())
  const frames = await answerToOpenRequest(server.port, headers('GET', '/info'), 'x')
  expect(frames.at(-1)).toMatchObject({ endsStream: true })
})
