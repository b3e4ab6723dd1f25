import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ConnectionError, MillraceClient, ServerError } from '../../../src/client/millrace-client.ts'
import { ManualTimer } from '../../../src/clock.ts'

const HEADER = '[{"header":{"queryId":"q","schema":"`N` INTEGER"}},\n'

/** A `fetch` that gives one answer to every request, and the requests that it has had. */
function answering(answer: () => Response | Promise<Response>) {
  const requests: Request[] = []
  const fake: typeof fetch = async (input, init) => {
    requests.push(new Request(input as string, init))
    return answer()
  }
  return { fetch: fake, requests }
}

describe('the credentials of a client', () => {
  it.each([
    [{ user: 'änn', password: 'pässword' }, `Basic ${Buffer.from('änn:pässword').toString('base64')}`],
    [{ token: 't0ken' }, 'Bearer t0ken'],
  ])('%o', async (credentials, expected) => {
    const { fetch, requests } = answering(() => Response.json([]))
    const client = new MillraceClient('http://host:1/', { credentials, fetch, headers: { 'x-gateway': 'a' } })
    await client.execute('SHOW STREAMS;')
    expect(requests[0]!.url).toBe('http://host:1/ksql')
    expect(requests[0]!.headers.get('authorization')).toBe(expected)
    expect(requests[0]!.headers.get('x-gateway')).toBe('a')
  })
})

describe('the rows of a query', () => {
  it('are read no faster than they are used', async () => {
    let rows = 0
    const body = new ReadableStream({
      pull(controller) {
        const text = rows === 0 ? HEADER : `{"row":{"columns":[${rows}]}},\n`
        controller.enqueue(new TextEncoder().encode(text))
        rows++
      },
    })
    const { fetch } = answering(() => new Response(body))
    const query = await new MillraceClient('http://host', { fetch }).query('SELECT n FROM s EMIT CHANGES;')
    let used = 0
    for await (const { N } of query) {
      expect(N).toBe(++used)
      expect(rows - used).toBeLessThan(5)
      if (used === 100) break
    }
  })

  it('arrive however the bytes are cut', async () => {
    const text = `${HEADER}{"row":{"columns":[1]}},\n{"row":{"columns":[2]}}]\n`
    const bytes = new TextEncoder().encode(text)
    const body = new ReadableStream({
      start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte))
        controller.close()
      },
    })
    const { fetch } = answering(() => new Response(body))
    expect(await new MillraceClient('http://host', { fetch }).rows('SELECT n FROM s;')).toEqual([{ N: 1 }, { N: 2 }])
  })

  it('end with the error of a query that fails after its first row', async () => {
    const text = `${HEADER}{"row":{"columns":[1]}},\n{"errorMessage":{"@type":"generic_error","error_code":50000,"message":"broken"}}]\n`
    const { fetch } = answering(() => new Response(text))
    const rows = new MillraceClient('http://host', { fetch }).rows('SELECT n FROM s;')
    await expect(rows).rejects.toMatchObject({ name: 'ServerError', code: 50000, status: null, message: 'broken' })
  })

  it('come with the remarks of the server', async () => {
    const text = `${HEADER}{"notice":{"message":"2 records could not be read"}},\n{"finalMessage":"Query Completed"}]\n`
    const { fetch } = answering(() => new Response(text))
    const notices: string[] = []
    const onNotice = (message: string) => notices.push(message)
    expect(await new MillraceClient('http://host', { fetch }).rows('SELECT n FROM s;', { onNotice })).toEqual([])
    expect(notices).toEqual(['2 records could not be read'])
  })
})

describe('errors', () => {
  it('of something else than Millrace keep its text and status', async () => {
    const { fetch } = answering(() => new Response('<h1>Bad gateway</h1>', { status: 502 }))
    const error: unknown = await new MillraceClient('http://host', { fetch }).info().catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ServerError)
    expect(error).toMatchObject({ status: 502, code: null, message: '<h1>Bad gateway</h1>' })
  })

  it('say that there was no answer in time', async () => {
    const timer = new ManualTimer()
    const waiting: typeof fetch = (_input, init) =>
      new Promise((_resolve, reject) => {
        init!.signal!.addEventListener('abort', () => reject(new Error('aborted')))
      })
    const answer = new MillraceClient('http://host', { fetch: waiting, timer, timeoutMs: 5000 }).info()
    timer.advance(5000)
    await expect(answer).rejects.toThrow(
      new ConnectionError('No answer from the server at http://host: no answer within 5000 ms.'),
    )
    expect(timer.pending()).toEqual([])
  })

  it('of a lost answer concern every row that had none', async () => {
    const { fetch } = answering(() => new Response('{"status":"ok","seq":0}\n'))
    const inserts = new MillraceClient('http://host', { fetch }).inserts('s')
    const results = await Promise.allSettled([inserts.insert({ n: 1 }), inserts.insert({ n: 2 })])
    expect(results[0]!.status).toBe('fulfilled')
    expect(results[1]).toMatchObject({ reason: { name: 'ConnectionError' } })
  })
})

describe('inserted rows', () => {
  it('carry dates, bytes, maps and large numbers', async () => {
    const { fetch, requests } = answering(() => new Response('{"status":"ok","seq":0}\n'))
    await new MillraceClient('http://host', { fetch }).inserts('s', { partition: 1 }).insert({
      at: new Date('2024-05-01T12:30:00Z'),
      raw: Uint8Array.of(1, 2, 255),
      map: new Map([['a', null]]),
      big: 2n ** 60n,
      absent: undefined,
    })
    expect((await requests[0]!.text()).split('\n')).toEqual([
      '{"target":"s","partition":1,"acknowledge":"CUMULATIVE","onError":"CONTINUE"}',
      '{"at":"2024-05-01T12:30:00.000","raw":"AQL/","map":{"a":null},"big":1152921504606846976}',
      '',
    ])
  })
})

it('the client imports nothing that a browser does not have', () => {
  const foreign: string[] = []
  const seen = new Set<string>()
  const visit = (file: string) => {
    if (seen.has(file)) return
    seen.add(file)
    const text = readFileSync(file, 'utf8').replaceAll(/^(?:import|export) type .*$|^ *\/?\*.*$/gm, '')
    for (const [, specifier] of text.matchAll(/(?:from|import\()\s*'([^']+)'/g)) {
      if (specifier!.startsWith('.')) visit(join(dirname(file), specifier!))
      else foreign.push(`${file} imports ${specifier}`)
    }
    for (const [name] of text.matchAll(/\b(?:process|Buffer)\./g)) foreign.push(`${file} uses ${name}`)
  }
  visit(join(import.meta.dirname, '../../../src/client/millrace-client.ts'))
  expect(seen.size).toBeGreaterThan(5)
  expect(foreign).toEqual([])
})
