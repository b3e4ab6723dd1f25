import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { PEER_VERSION } from '../../src/engine/api.ts'
import { StatementFailure } from '../../src/engine/statement-failure.ts'
import { ParseError, RequestError, StatementError } from '../../src/errors.ts'
import { FakeEngine } from '../support/fake-engine.ts'
import { openHttp2, sendRaw } from '../support/http.ts'
import { startTestServer, type TestServer } from '../support/test-server.ts'

let engine: FakeEngine
let server: TestServer

beforeEach(async () => {
  engine = new FakeEngine()
  server = await startTestServer(engine)
  return () => server.close()
})

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(server.url + path, { headers, redirect: 'manual' })
const post = (path: string, body: string, headers: Record<string, string> = {}) =>
  fetch(server.url + path, { method: 'POST', body, headers })
const ksql = (text: string) => post('/ksql', JSON.stringify({ ksql: text }))

describe('endpoints that tell about the server', () => {
  it('sends / on to /info', async () => {
    const answer = await get('/')
    expect(answer.status).toBe(307)
    expect(answer.headers.get('location')).toBe('/info')
  })

  it('tells version and clusters', async () => {
    expect(await (await get('/info')).json()).toEqual({
      KsqlServerInfo: {
        version: PEER_VERSION,
        millraceVersion: '0.1.0',
        kafkaClusterId: 'cluster',
        ksqlServiceId: 'default_',
        serverStatus: 'RUNNING',
      },
    })
    const clusterId = {
      scope: { path: [], clusters: { 'kafka-cluster': 'cluster', 'ksql-cluster': 'default_' } },
      id: '',
    }
    expect(await (await get('/v1/metadata')).json()).toEqual({ version: PEER_VERSION, clusterId })
    expect(await (await get('/v1/metadata/id')).json()).toEqual(clusterId)
  })

  it("has a version that ksqlDB's command line and migrations tool accept", async () => {
    const { KsqlServerInfo } = (await (await get('/info')).json()) as { KsqlServerInfo: { version: string } }
    // Releases below 4 are of ksqlDB alone, others of Confluent Platform. Source: ksqlDB's KsqlVersion.
    const [, major, minor] = /^v?([0-9]+)\.([0-9]+)\..*/.exec(KsqlServerInfo.version)!.map(Number)
    const isStandalone = major! < 4
    expect(isStandalone ? major! > 0 || minor! >= 10 : major! >= 6).toBe(true)
  })

  it('answers probes, health and metrics', async () => {
    expect((await get('/chc/live')).status).toBe(200)
    expect((await get('/chc/ready')).status).toBe(200)
    expect(await (await get('/healthcheck')).json()).toMatchObject({ isHealthy: true, serverState: 'READY' })
    expect(await (await get('/metrics')).text()).toBe('millrace_up 1\n')
  })

  it('finds a command with and without the back-quotes of its name', async () => {
    engine.statuses.set('stream/`S`/create', { status: 'SUCCESS', message: 'Stream created', queryId: null })
    const found = { status: 'SUCCESS', message: 'Stream created', queryId: null }
    expect(await (await get('/status/stream/S/create')).json()).toEqual(found)
    expect(await (await get('/status/stream/%60S%60/create')).json()).toEqual(found)
    expect(await (await get('/status')).json()).toEqual({ commandStatuses: { 'stream/`S`/create': 'SUCCESS' } })
    const missing = await get('/status/stream/T/create')
    expect(missing.status).toBe(404)
    expect(await missing.json()).toEqual({ '@type': 'generic_error', error_code: 40400, message: 'Command not found' })
  })

  it('judges names of properties', async () => {
    expect(await (await get('/is_valid_property/ksql.service.id')).json()).toBe(true)
    engine.checkProperty = () => {
      throw new RequestError('BAD_REQUEST', 'prohibited')
    }
    expect(await (await get('/is_valid_property/x')).json()).toMatchObject({ error_code: 40000, message: 'prohibited' })
  })

  it('terminates the cluster with the topics that are named', async () => {
    const answer = await post('/ksql/terminate', '{"deleteTopicList":["FOO","bar.*"],"streamsProperties":{}}')
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject([{ message: 'ended' }])
    expect((await post('/ksql/terminate', '{}')).status).toBe(200)
    expect(engine.requests.map(({ sql }) => sql)).toEqual(['terminate FOO bar.*', 'terminate '])
    const refused = await post('/ksql/terminate', '{"deleteTopicList":[1]}')
    expect(await refused.json()).toMatchObject({
      error_code: 40000,
      message: expect.stringContaining('deleteTopicList'),
    })
  })
})

describe('POST /send-again', () => {
  const sendAgain = (body: object) => post('/send-again', JSON.stringify(body))

  it('names the record, and the value that it gets', async () => {
    const place = { topic: 't', partition: 1, offset: 7 }
    expect(await (await sendAgain(place)).json()).toEqual({ topic: 't', partition: 1, from: 't-1@7' })
    await sendAgain({ ...place, value: '{}' })
    expect(engine.sentAgain).toEqual([
      { ...place, value: null },
      { ...place, value: '{}' },
    ])
  })

  it.each([
    [{ partition: 0, offset: 0 }, "the member 'topic' is missing"],
    [{ topic: 't', partition: -1, offset: 0 }, "'partition' must be a whole number, 0 or more, but is -1."],
    [{ topic: 't', partition: 0, offset: 1e17 }, "'offset' must be a whole number"],
    [{ topic: 't', partition: 0, offset: 0, value: {} }, "'value' must be a string"],
  ])('refuses %j', async (body, message) => {
    const answer = await sendAgain(body)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error_code: 40000, message: expect.stringContaining(message) })
    expect(engine.sentAgain).toEqual([])
  })
})

describe('content types', () => {
  it('answers in the JSON type that the client likes', async () => {
    expect((await get('/info')).headers.get('content-type')).toContain('application/vnd.ksql.v1+json')
    const json = await get('/info', { accept: 'application/json' })
    expect(json.headers.get('content-type')).toContain('application/json')
    const weighted = await get('/info', { accept: 'application/vnd.ksql.v1+json;q=0.5, application/json' })
    expect(weighted.headers.get('content-type')).toContain('application/json')
  })

  it.each([
    ['application/json, text/plain, */*', 'application/json'],
    ['*/*, application/json', 'application/json'],
    ['application/*, application/json', 'application/json'],
    ['application/json, application/vnd.ksql.v1+json', 'application/json'],
    ['application/vnd.ksql.v1+json, application/json', 'application/vnd.ksql.v1+json'],
    ['application/json;q=0.1, */*', 'application/vnd.ksql.v1+json'],
    ['text/html, */*', 'application/vnd.ksql.v1+json'],
  ])('takes the most specific range first, then the order of the client: %s', async (accept, type) => {
    expect((await get('/info', { accept })).headers.get('content-type')).toContain(type)
  })

  it('answers 406 when it has none of the types', async () => {
    const answer = await post('/query', '{"ksql":"SELECT 1;"}', { accept: 'application/vnd.ksql.v1+avro' })
    expect(answer.status).toBe(406)
    expect(await answer.json()).toMatchObject({ error_code: 40600 })
  })

  it.each([
    'application/json',
    'application/vnd.ksql.v1+json',
    'application/vnd.ksqlapi.delimited.v1',
    'text/plain',
    'nonsense',
  ])('reads a body of type %s as JSON', async (type) => {
    expect((await post('/ksql', '{"ksql":"SHOW STREAMS;"}', { 'content-type': type })).status).toBe(200)
  })
})

describe('POST /ksql', () => {
  it('hands on statement, properties and variables, numbers exact, unknown members ignored', async () => {
    const body = `{"ksql":"SHOW STREAMS;","streamsProperties":{"a":"x","b":9007199254740993,"c":1.5,"d":true,"e":null},
      "sessionVariables":{"v":"1"},"commandSequenceNumber":3,"unknown":[{}]}`
    expect((await post('/ksql', body)).status).toBe(200)
    expect(engine.requests).toEqual([
      {
        isPeer: false,
        sql: 'SHOW STREAMS;',
        properties: { a: 'x', b: '9007199254740993', c: 1.5, d: true, e: null },
        variables: { v: '1' },
        commandSequenceNumber: 3,
      },
    ])
  })

  it('answers with the entities', async () => {
    engine.answer = async () => [{ '@type': 'streams', statementText: 'SHOW STREAMS;', warnings: [], streams: [] }]
    expect(await (await ksql('SHOW STREAMS;')).json()).toEqual([
      { '@type': 'streams', statementText: 'SHOW STREAMS;', warnings: [], streams: [] },
    ])
  })

  it('answers a failed statement with its text, place and what was done before', async () => {
    engine.answer = async () => {
      throw new StatementFailure('Why', { code: 'BAD_STATEMENT', statementText: 'DROP x;', entities: [], cause: null })
    }
    const answer = await ksql('DROP x;')
    expect(answer.status).toBe(400)
    expect(await answer.json()).toEqual({
      '@type': 'statement_error',
      error_code: 40001,
      message: 'Why',
      statementText: 'DROP x;',
      entities: [],
    })
    engine.answer = async () => {
      throw new ParseError('line 1:1: Syntax Error', { statement: 'FOO;', excerpt: 'Statement: FOO;\n           ^' })
    }
    expect(await (await ksql('FOO;')).json()).toMatchObject({
      message: 'line 1:1: Syntax Error\nStatement: FOO;\n           ^',
    })
  })

  it('hides the details of a failure of its own', async () => {
    engine.answer = async () => {
      throw new TypeError('secret of ours')
    }
    const answer = await ksql('SHOW STREAMS;')
    expect(answer.status).toBe(500)
    expect(await answer.json()).toEqual({
      '@type': 'generic_error',
      error_code: 50000,
      message: 'The server failed at this request. Its log has the cause.',
    })
  })
})

describe('bad requests', () => {
  it.each([
    ['malformed JSON', '{"ksql": ', 'Invalid JSON in request: Unexpected end of text at position 9 of JSON text'],
    ['no JSON at all', 'SHOW STREAMS;', "Invalid JSON in request: Unexpected 'S' at position 0 of JSON text"],
    ['an empty body', '', 'Invalid JSON in request'],
    ['another value than an object', '[]', 'Invalid JSON in request: expected an object with ksql'],
    ['a missing statement', '{}', "Invalid JSON in request: the member 'ksql' is missing"],
    ['a statement of the wrong type', '{"ksql":1}', "Invalid JSON in request: 'ksql' must be a string"],
    ['properties of the wrong type', '{"ksql":"a","streamsProperties":[]}', "'streamsProperties' must be an object"],
    [
      'a property of the wrong type',
      '{"ksql":"a","streamsProperties":{"x":{}}}',
      "'streamsProperties.x' must be a string, number or boolean",
    ],
    ['JSON that is nested too deeply', '['.repeat(5000), 'JSON is nested deeper than 1000 levels'],
  ])('refuses %s', async (_what, body, message) => {
    const answer = await post('/ksql', body)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({
      '@type': 'generic_error',
      error_code: 40000,
      message: expect.stringContaining(message),
    })
    expect(engine.requests).toEqual([])
  })

  it('refuses a compressed body with advice', async () => {
    const headers = { 'content-encoding': 'gzip' }
    const answer = await fetch(`${server.url}/ksql`, {
      method: 'POST',
      body: gzipSync('{"ksql":"SHOW STREAMS;"}'),
      headers,
    })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({
      error_code: 40000,
      message:
        'Request bodies may not be compressed. Send the body as it is, without the header Content-Encoding: gzip.',
    })
  })

  it('refuses a body over HTTP/2 without a header that HTTP/2 has not', async () => {
    const warnings: Error[] = []
    const note = (warning: Error) => warnings.push(warning)
    process.on('warning', note)
    const answer = openHttp2(server.url, '/ksql', '{"ksql": ')
    await answer.ended
    await new Promise((resolve) => setImmediate(resolve))
    process.off('warning', note)
    expect(JSON.parse(answer.frames.join(''))).toMatchObject({ error_code: 40000 })
    expect(warnings).toEqual([])
  })

  it('refuses a body of 100 MB with advice, and lives', async () => {
    const body = Buffer.alloc(100 * 1024 * 1024, 0x20)
    const answer = await fetch(`${server.url}/ksql`, { method: 'POST', body })
    expect(answer.status).toBe(413)
    expect(await answer.json()).toMatchObject({
      error_code: 41300,
      message: expect.stringContaining('/inserts-stream'),
    })
    expect((await get('/info')).status).toBe(200)
  }, 60_000)

  it('knows what it does not have', async () => {
    const missing = await get('/nothing')
    expect(missing.status).toBe(404)
    expect(await missing.json()).toEqual({ '@type': 'generic_error', error_code: 40400, message: 'Not Found' })
    expect((await get('/status/%E0%A4%A/x/y')).status).toBe(400)
  })

  it.each([
    ['GET', '/ksql', 'POST'],
    ['PUT', '/ksql', 'POST'],
    ['PATCH', '/query-stream', 'POST'],
    ['DELETE', '/status/stream/S/create', 'GET'],
    ['POST', '/info', 'GET'],
    ['PUT', '/inserts-stream', 'POST'],
  ])('answers %s %s with the method that the path has', async (method, path, allowed) => {
    const body = method === 'GET' ? {} : { body: 'no JSON' }
    const wrong = await fetch(server.url + path, { method, ...body })
    expect(wrong.status).toBe(405)
    expect(wrong.headers.get('allow')).toContain(allowed)
    expect(await wrong.json()).toMatchObject({
      error_code: 40500,
      message: `${method} is not for ${path}. Use ${allowed}.`,
    })
  })

  it('keeps a connection over HTTP/1.1 on which bad JSON came', async () => {
    const bad = 'POST /ksql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n{'
    const last = 'GET /info HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'
    const answers = await sendRaw(server.port, bad + last)
    expect(answers).toContain('HTTP/1.1 400 Bad Request')
    expect(answers).toContain('HTTP/1.1 200 OK')
  })

  it('refuses a query that is not there', async () => {
    const answer = await post('/close-query', '{"queryId":"nobody"}')
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error_code: 40000, message: 'No query with id nobody' })
    expect((await post('/close-query', '{"queryId":"transient_S_1"}')).status).toBe(200)
  })

  it('answers a statement about a source that is gone with what exists', async () => {
    engine.open = async () => {
      throw new StatementError('S does not exist. Streams: T', { statement: 'SELECT * FROM S;' })
    }
    const answer = await post('/query', '{"ksql":"SELECT * FROM S;"}')
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({
      error_code: 40001,
      message: 'S does not exist. Streams: T\nStatement: SELECT * FROM S;',
      statementText: 'SELECT * FROM S;',
    })
  })

  it('takes inserts over HTTP/2 only', async () => {
    const answer = await post('/inserts-stream', '{"target":"S"}\n')
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error_code: 40004 })
  })
})

describe('access', () => {
  let guarded: TestServer

  beforeAll(async () => {
    guarded = await startTestServer(new FakeEngine(), { 'access.control.allow.origin': 'https://*.example.com' })
  })
  afterAll(() => guarded.close())

  it('refuses pages of other origins unless they are configured', async () => {
    const from = (url: string, origin: string) => fetch(`${url}/info`, { headers: { origin } })
    const refused = await from(server.url, 'https://evil.example')
    expect(refused.status).toBe(403)
    expect(await refused.json()).toMatchObject({ error_code: 40300 })
    expect((await from(server.url, server.url)).status).toBe(200)
    const allowed = await from(guarded.url, 'https://a.example.com')
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://a.example.com')
    expect(allowed.headers.get('access-control-allow-credentials')).toBe('true')
    expect((await from(guarded.url, 'https://a.example.com.evil')).status).toBe(403)
  })

  it('lets pages use stored passwords only where their origins are named', async () => {
    const open = await startTestServer(new FakeEngine(), { 'access.control.allow.origin': '*' })
    const allowed = await fetch(`${open.url}/info`, { headers: { origin: 'https://any.example' } })
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://any.example')
    expect(allowed.headers.get('access-control-allow-credentials')).toBeNull()
    await open.close()
  })

  it('answers the question that a browser asks first', async () => {
    const ask = (origin: string) => fetch(`${guarded.url}/ksql`, { method: 'OPTIONS', headers: { origin } })
    const allowed = await ask('https://a.example.com')
    expect(allowed.status).toBe(204)
    expect(allowed.headers.get('access-control-allow-methods')).toBe('GET,POST,HEAD')
    expect((await ask('https://evil.example')).headers.get('access-control-allow-methods')).toBeNull()
  })
})
