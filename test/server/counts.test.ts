import { expect, it, onTestFinished } from 'vitest'
import WebSocket from 'ws'
import { FakeEngine, FakeStream } from '../support/fake-engine.ts'
import { openHttp2 } from '../support/http.ts'
import { startTestServer, type TestServer } from '../support/test-server.ts'

/** Values of a metric by its labels. */
async function values(server: TestServer, metric: string): Promise<Record<string, number>> {
  const family = server.counts.families().find(({ name }) => name === metric)!
  const samples = [...(await family.samples())].filter(({ name }) => name === undefined || name.endsWith('_count'))
  return Object.fromEntries(samples.map(({ labels, value }) => [Object.values(labels).join(' '), value]))
}

it('counts requests by method, path and status, and one path for all that do not exist', async () => {
  const server = await startTestServer(new FakeEngine())
  onTestFinished(() => server.close())
  await fetch(`${server.url}/info`)
  await fetch(`${server.url}/info`, { method: 'PUT' })
  await fetch(`${server.url}/one?secret=1`)
  await fetch(`${server.url}/two`)
  await fetch(`${server.url}/ksql`, { method: 'POST', body: 'no JSON' })
  await expect
    .poll(() => values(server, 'millrace_http_requests_total'))
    .toEqual({ 'GET /info 200': 1, 'PUT /info 405': 1, 'GET  404': 2, 'POST /ksql 400': 1 })
  expect(await values(server, 'millrace_http_request_duration_seconds')).toEqual({ '/info': 2, '': 2, '/ksql': 1 })
})

it('measures push queries from their request to their end, over HTTP and websockets', async () => {
  const engine = new FakeEngine()
  const streams = [new FakeStream(), new FakeStream()]
  const [first, second] = streams
  engine.open = async () => streams.shift()!
  const server = await startTestServer(engine)
  onTestFinished(() => server.close())
  const push = openHttp2(server.url, '/query-stream', '{"sql":"SELECT * FROM S EMIT CHANGES;"}')
  await push.until(1)
  const request = encodeURIComponent('{"ksql":"SELECT * FROM S EMIT CHANGES;"}')
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/ws/query?request=${request}`)
  await new Promise((resolve) => socket.once('message', resolve))
  expect(await values(server, 'millrace_http_connections')).toMatchObject({ http2: 1, websocket: 1 })
  expect(await values(server, 'millrace_push_query_duration_seconds')).toEqual({ '': 0 })
  await Promise.all([first!.close(), second!.close()])
  await push.ended
  await expect.poll(() => values(server, 'millrace_push_query_duration_seconds')).toEqual({ '': 2 })
  await expect.poll(() => values(server, 'millrace_http_connections')).toMatchObject({ http2: 0, websocket: 0 })
  expect(await values(server, 'millrace_pull_query_duration_seconds')).toEqual({ '': 0 })
  expect(await values(server, 'millrace_http_request_duration_seconds')).toEqual({})
})
