import { createHmac } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { objectTexts } from '../../../src/connectors/sources/json-values.ts'
import { ConnectorWorld } from '../../support/connectors/connector-world.ts'
import { freePort } from '../../support/free-port.ts'

/** Polls end by themselves, and say what they have found. */
vi.setConfig({ testTimeout: 30_000 })

const WAIT = { timeout: 15_000, interval: 20 }
const reference = (name: string) => `\${env:${name}}`
let world: ConnectorWorld
let port: number

beforeEach(async () => {
  world = await ConnectorWorld.open({ SECRET: 'secret' })
  port = await freePort()
})

afterEach(() => world.close())

const url = (path: string) => `http://127.0.0.1:${port}${path}`

/** Creates the source and waits until its port answers. */
async function create(connector: string, options: string): Promise<void> {
  await world.run(`CREATE SOURCE r WITH (connector='${connector}', topic='r', port=${port}${options});`)
  await expect
    .poll(
      () =>
        fetch(url('/')).then(
          () => true,
          () => false,
        ),
      WAIT,
    )
    .toBe(true)
}

async function post(path: string, body: string | Buffer, headers: Record<string, string> = {}) {
  const response = await fetch(url(path), { method: 'POST', body: new Uint8Array(Buffer.from(body)), headers })
  return { status: response.status, body: await response.text() }
}

const values = async () => (await world.read('r')).map(({ value }) => value)

describe('source http', () => {
  test('answers 200 when a record is stored', async () => {
    await create('http', ", path='/hooks'")
    expect(await post('/hooks', '{"id":1}')).toMatchObject({ status: 200 })
    expect(await values()).toEqual(['{"id":1}'])
    expect(await post('/elsewhere', '{"id":2}')).toMatchObject({ status: 404 })
    expect(await values()).toHaveLength(1)
  })

  test('divides lines and arrays', async () => {
    await create('http', ", body='array'")
    expect(await post('/', '[{"id":1}, 2]')).toMatchObject({ status: 200 })
    expect(await post('/', '{"id":1}')).toMatchObject({ status: 400 })
    expect(await values()).toEqual(['{"id":1}', '2'])
  })

  test('takes requests with the token and the signature only', async () => {
    await create('http', `, token='${reference('SECRET')}', "hmac.secret"='${reference('SECRET')}'`)
    const signature = `sha256=${createHmac('sha256', 'secret').update('a').digest('hex')}`
    const right = { authorization: 'Bearer secret', 'x-signature-256': signature }
    expect(await post('/', 'a')).toMatchObject({ status: 401 })
    expect(await post('/', 'a', { ...right, authorization: 'Bearer other' })).toMatchObject({ status: 401 })
    expect(await post('/', 'b', right)).toMatchObject({ status: 401 })
    expect(await post('/', 'a', right)).toMatchObject({ status: 200 })
    expect(await values()).toEqual(['a'])
  })

  test('refuses a body that is too long, also one that is long when it is no longer compressed', async () => {
    await create('http', ', "max.body.bytes"=1000')
    expect(await post('/', 'x'.repeat(2000))).toMatchObject({ status: 413 })
    const zipped = gzipSync('x'.repeat(100_000))
    expect(await post('/', zipped, { 'content-encoding': 'gzip' })).toMatchObject({ status: 413 })
    expect(await post('/', gzipSync('ok'), { 'content-encoding': 'gzip' })).toMatchObject({ status: 200 })
    expect(await values()).toEqual(['ok'])
  })
})

describe('source splunk-hec', () => {
  const AUTHORIZED = { authorization: 'Splunk secret' }

  test('takes events, several in a body, and acknowledges them', async () => {
    await create('splunk-hec', `, token='${reference('SECRET')}', key='host'`)
    const body = '{"event":"a","time":1.5,"host":"h"}{"event":{"x":"}"}}\n{"event":1}'
    const channel = { ...AUTHORIZED, 'x-splunk-request-channel': 'c' }
    const sent = await post('/services/collector/event', body, channel)
    expect(sent).toEqual({ status: 200, body: '{"text":"Success","code":0,"ackId":0}' })
    const acks = await post('/services/collector/ack?channel=c', '{"acks":[0]}', channel)
    expect(acks.body).toBe('{"acks":{"0":true}}')
    expect(await values()).toHaveLength(3)
    expect(await values()).toContain('{"event":"a","time":1.5,"host":"h"}')
  })

  test('takes lines with the metadata of the address', async () => {
    await create('splunk-hec', '')
    await post('/services/collector/raw?sourcetype=t&host=h', 'one\ntwo\n', AUTHORIZED)
    expect(await values()).toEqual([
      '{"host":"h","sourcetype":"t","event":"one"}',
      '{"host":"h","sourcetype":"t","event":"two"}',
    ])
  })

  test.each([
    { body: '{"event":"a"}', headers: {}, status: 401, code: 2 },
    { body: '{"event":"a"}', headers: { authorization: 'Splunk other' }, status: 403, code: 4 },
    { body: '', headers: AUTHORIZED, status: 400, code: 5 },
    { body: '{"event":"a"}{"evnt":"b"}', headers: AUTHORIZED, status: 400, code: 12 },
    { body: '{"event":"a"}{"event":', headers: AUTHORIZED, status: 400, code: 6 },
  ])('refuses $body with code $code and stores none of it', async ({ body, headers, status, code }) => {
    await create('splunk-hec', `, token='${reference('SECRET')}'`)
    const answer = await post('/services/collector', body, headers as Record<string, string>)
    expect(answer.status).toBe(status)
    expect(JSON.parse(answer.body)).toMatchObject({ code })
    expect(await values()).toEqual([])
  })

  test('takes what the sink sends', async () => {
    await create('splunk-hec', `, token='${reference('SECRET')}'`)
    await world.createStream()
    await world.insert([{ id: 1, v: 'a' }])
    await world.createSink('f', 'splunk', { url: url(''), token: reference('SECRET'), ack: 'true' })
    await expect.poll(values, WAIT).toEqual(['{"time":1.001,"fields":{"record_id":"s+0+0"},"event":{"ID":1,"V":"a"}}'])
  })
})

describe('source elasticsearch', () => {
  test('takes documents and deletes, and answers for each', async () => {
    await create('elasticsearch', '')
    const body = [
      '{"index":{"_index":"logs","_id":"1"}}',
      '{"message":"a"}',
      '{"create":{}}',
      'no object',
      '{"delete":{"_id":"1"}}',
      '',
    ].join('\n')
    const answer = await post('/app/_bulk', body)
    expect(JSON.parse(answer.body)).toMatchObject({
      errors: true,
      items: [
        { index: { _index: 'logs', _id: '1', status: 201 } },
        { create: { _index: 'app', status: 400, error: { type: 'mapper_parsing_exception' } } },
        { delete: { _id: '1', status: 200 } },
      ],
    })
    expect(await world.read('r')).toEqual([
      { key: '1', value: '{"message":"a"}', headers: { index: 'logs' } },
      { key: '1', value: null, headers: { index: 'app' } },
    ])
  })

  test('says what shippers ask before they send', async () => {
    await create('elasticsearch', '')
    const response = await fetch(url('/'))
    expect(response.headers.get('x-elastic-product')).toBe('Elasticsearch')
    expect(await response.json()).toMatchObject({ version: { number: '8.17.0' } })
  })

  test('takes what the sink sends', async () => {
    await create('elasticsearch', `, username='u', password='${reference('SECRET')}'`)
    await world.createStream()
    await world.insert([{ id: 1, v: 'a' }])
    const options = { url: url(''), username: 'u', password: reference('SECRET'), compression: 'gzip' }
    await world.createSink('f', 'elasticsearch', options)
    await expect.poll(values, WAIT).toEqual(['{"ID":1,"V":"a"}'])
  })
})

test.each([
  ['{"a":1}{"b":"}"} {"c":{"d":["\\"}"]}}', ['{"a":1}', '{"b":"}"}', '{"c":{"d":["\\"}"]}}']],
  ['', []],
  ['{"a":', null],
  ['1{"a":1}', null],
])('%j is divided into objects', (text, expected) => {
  expect(objectTexts(text)).toEqual(expected)
})

test('a secret is taken as a reference only, and a refused one is not shown', async () => {
  const sql = `CREATE SOURCE r WITH (connector='http', topic='r', port=${port}, token='hunter2');`
  const refusal = await world.run(sql).then(
    () => '',
    (error: Error) => error.message,
  )
  expect(refusal).toContain("The option 'token' is a secret")
  expect(refusal).not.toContain('hunter2')
})
