// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references of options are written like this
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { jsonPointer, pointedText } from '../../../src/connectors/sources/json-pointer.ts'
import { parseJsonValue } from '../../../src/types/json-parse.ts'
import { ConnectorWorld } from '../../support/connectors/connector-world.ts'
import { type FakeAnswer, type FakeRequest, FakeServer } from '../../support/connectors/fake-server.ts'

/** Polls end by themselves, and say what they have found. */
vi.setConfig({ testTimeout: 30_000 })
const WAIT = { timeout: 15_000, interval: 20 }

let world: ConnectorWorld
let server: FakeServer
let answer: (request: FakeRequest) => FakeAnswer

beforeEach(async () => {
  world = await ConnectorWorld.open({ SECRET: 'secret' })
  answer = () => ({ status: 200, body: 'one' })
  server = new FakeServer((request) => answer(request))
  await server.start()
})

afterEach(async () => {
  await world.close()
  await server.stop()
})

const create = (options = '') =>
  world.run(`CREATE SOURCE p WITH (connector='http-poll', url='${server.url}', topic='p', "interval.ms"=10,
    "retry.backoff.ms"=10, "retry.backoff.max.ms"=20${options});`)
const values = async () => (await world.read('p')).map(({ value }) => value)
const expectValues = (expected: readonly string[]) => expect.poll(values, WAIT).toEqual(expected)
const paths = () => server.requests.map(({ path }) => path)
const requests = (count: number) => expect.poll(() => server.requests.length, WAIT).toBeGreaterThan(count)

/** Pages of two items behind the cursor `after`; the last page has none. */
function pages(count: number): typeof answer {
  return ({ path }) => {
    const after = Number(new URL(path, server.url).searchParams.get('after') ?? 0)
    const items = Array.from({ length: Math.max(0, Math.min(2, count - after)) }, (_, i) => ({ id: after + i + 1 }))
    return { status: 200, body: JSON.stringify({ data: { items }, next: after + items.length }) }
  }
}
const PAGED = `, path='/x?limit=2', body='json', "records.pointer"='/data/items', "key.pointer"='/id', "cursor.parameter"='after',
  "cursor.pointer"='/next'`
const items = (count: number) => Array.from({ length: count }, (_, i) => `{"id":${i + 1}}`)

describe('the source http-poll', () => {
  test('stores an answer once for as long as it stays the same', async () => {
    await create()
    await requests(3)
    answer = () => ({ status: 200, body: 'two' })
    await expectValues(['one', 'two'])
  })

  test('follows the cursor through all pages, and continues behind it after a restart', async () => {
    answer = pages(5)
    await create(PAGED)
    await expectValues(items(5))
    await expect
      .poll(() => paths().slice(0, 4), WAIT)
      .toEqual(['/x?limit=2', '/x?limit=2&after=2', '/x?limit=2&after=4', '/x?limit=2&after=5'])
    expect((await world.read('p')).map(({ key }) => key)).toEqual(['1', '2', '3', '4', '5'])
    await world.engine.closeEngine()
    server.requests.length = 0
    answer = pages(7)
    await world.reopen()
    await expectValues(items(7))
    expect(paths()[0]).toBe('/x?limit=2&after=5')
  })

  test('takes the cursor from the last record, or from a header, and begins where it is to', async () => {
    answer = ({ path }) => ({ status: 200, body: path.includes('since=9') ? '[{"id":10},{"id":11}]' : '[]' })
    await create(
      `, body='json', "cursor.parameter"='since', "cursor.pointer"='/id', "cursor.from"='record', "cursor.start"='9'`,
    )
    await expectValues(['{"id":10}', '{"id":11}'])
    await expect.poll(paths, WAIT).toContain('/?since=11')
    await world.run('DROP CONNECTOR p;')
    answer = ({ path }) => ({
      status: 200,
      headers: { 'x-next': 'a/b' },
      body: path.includes('at=') ? '' : 'first\nsecond\n',
    })
    server.requests.length = 0
    await create(`, body='lines', "cursor.parameter"='at', "cursor.header"='X-Next'`)
    await expectValues(['{"id":10}', '{"id":11}', 'first', 'second'])
    await expect.poll(paths, WAIT).toContain('/?at=a%2Fb')
  })

  test('sends back what tells whether the answer has changed', async () => {
    answer = ({ headers }) =>
      headers['if-none-match'] === '"v1"' && headers['if-modified-since'] !== undefined
        ? { status: 304 }
        : { status: 200, headers: { etag: '"v1"', 'last-modified': 'Mon, 30 Nov 2026 10:00:00 GMT' }, body: 'one' }
    await create()
    await requests(3)
    expect(server.requests.at(-1)!.headers).toMatchObject({ 'if-none-match': '"v1"' })
    await expectValues(['one'])
  })

  test('keeps the digits of numbers', async () => {
    answer = () => ({ status: 200, body: '[{"n": 12345678901234567890.10}, "a", null]' })
    await create(", body='json'")
    await expectValues(['{"n":12345678901234567890.10}', '"a"', 'null'])
  })

  test('sends credentials and headers', async () => {
    await create(", authorization='${env:SECRET}', headers='X-A: b | Accept: text/plain'")
    await requests(0)
    expect(server.requests[0]!.headers).toMatchObject({ authorization: 'secret', 'x-a': 'b', accept: 'text/plain' })
  })

  test('tries again when the service is busy, hangs up or is away', async () => {
    server.told.push({ status: 429, headers: { 'retry-after': '0' } }, { status: 503 }, 'hang up')
    await create()
    await expectValues(['one'])
    await server.stop()
    await expect
      .poll(async () => (await world.describe('p')).builtIn?.lastError?.message, WAIT)
      .toContain('cannot be reached')
    answer = () => ({ status: 200, body: 'two' })
    await server.start()
    await expectValues(['one', 'two'])
    expect((await world.describe('p')).builtIn?.retries).toBeGreaterThanOrEqual(3)
  })

  test.each([
    [{ status: 404, body: 'no such thing' }, 'The service answers 404: no such thing'],
    [{ status: 403, body: 'wrong token' }, 'does not accept the credentials: it answers 403: wrong token'],
    [{ status: 200, body: '<html>' }, 'The answer of the service is no JSON: <html>'],
    [{ status: 200, body: '{"items": 1}' }, `has no array at '/items': {"items":1}`],
  ])('fails and says why when the service answers %o', async (told, problem) => {
    answer = () => told
    await create(`, body='json', "records.pointer"='/items'`)
    await expect.poll(async () => (await world.describe('p')).status.tasks[0]?.trace ?? '', WAIT).toContain(problem)
  })

  test.each([
    [', "records.pointer"=\'/a\'', "needs body='json'"],
    [", body='json', \"records.pointer\"='a'", 'takes a JSON Pointer such as /data/items'],
    [", body='json', \"cursor.pointer\"='/a'", "needs 'cursor.parameter'"],
    [', "cursor.parameter"=\'a\'', "needs 'cursor.pointer' or 'cursor.header'"],
    [", headers='x'", "takes 'Name: value'"],
  ])('refuses%s', async (options, problem) => {
    await expect(create(options)).rejects.toThrow(problem)
  })
})

test.each([
  ['', '{"a":[{"b~/":1.50}],"":true}'],
  ['/a/0/b~0~1', '1.50'],
  ['/', 'true'],
  ['/a/1', null],
  ['/a/00', null],
  ['/a/b', null],
])('the pointer %j finds %s', (pointer, expected) => {
  const document = parseJsonValue('{"a": [{"b~/": 1.50}], "": true}')
  expect(pointedText(jsonPointer(pointer, 'x')(document))).toBe(expected)
})
