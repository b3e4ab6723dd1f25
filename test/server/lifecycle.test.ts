import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Engine } from '../../src/engine/api.ts'
import { FakeEngine, FakeStream } from '../support/fake-engine.ts'
import { openHttp2 } from '../support/http.ts'
import { startTestServer } from '../support/test-server.ts'

describe('start', () => {
  it('is alive but not ready before the engine is, and refuses requests', async () => {
    let ready: (engine: Engine) => void = () => {}
    const server = await startTestServer(new Promise<Engine>((resolve) => (ready = resolve)))
    onTestFinished(() => server.close())
    expect((await fetch(`${server.url}/chc/live`)).status).toBe(200)
    expect((await fetch(`${server.url}/chc/ready`)).status).toBe(503)
    expect(await (await fetch(`${server.url}/healthcheck`)).json()).toMatchObject({ serverState: 'INITIALIZING' })
    const early = await fetch(`${server.url}/info`)
    expect(early.status).toBe(503)
    expect(await early.json()).toMatchObject({ error_code: 50302, message: 'Server initializing' })
    ready(new FakeEngine())
    await expect.poll(async () => (await fetch(`${server.url}/info`)).status).toBe(200)
    expect((await fetch(`${server.url}/chc/ready`)).status).toBe(200)
  })

  it('says what to do about a port in use', async () => {
    const server = await startTestServer(new FakeEngine())
    onTestFinished(() => server.close())
    const second = startTestServer(new FakeEngine(), { listeners: server.url })
    await expect(second).rejects.toThrow(
      `Port ${server.port} of 127.0.0.1 is in use, perhaps by another Millrace server. Stop that program, or choose another port: --listen http://127.0.0.1:${server.port + 1}`,
    )
  })

  it('says what a listener looks like', async () => {
    await expect(startTestServer(new FakeEngine(), { listeners: 'localhost' })).rejects.toThrow(
      "Not a listener: 'localhost'. Write it like http://localhost:8088 or https://0.0.0.0:8443.",
    )
  })

  it('says which ports there are', async () => {
    await expect(startTestServer(new FakeEngine(), { listeners: 'http://localhost:99999' })).rejects.toThrow(
      "Not a listener: 'http://localhost:99999'. Ports are from 0 to 65535; 0 is any free one. Write it like",
    )
  })

  it('listens on every address of localhost under one port', async () => {
    const server = await startTestServer(new FakeEngine(), { listeners: 'http://localhost:0' })
    onTestFinished(() => server.close())
    expect(server.urls).toEqual([`http://localhost:${server.port}`])
    expect((await fetch(`http://127.0.0.1:${server.port}/info`)).status).toBe(200)
  })
})

describe('end', () => {
  it('ends open queries, finishes statements under way, and refuses new ones', async () => {
    const engine = new FakeEngine()
    const stream = new FakeStream()
    engine.open = async () => stream
    let finish: () => void = () => {}
    engine.answer = () => new Promise((resolve) => (finish = () => resolve([])))
    const server = await startTestServer(engine)
    const push = openHttp2(server.url, '/query-stream', '{"sql":"SELECT * FROM S EMIT CHANGES;"}')
    await push.until(1)
    const statement = fetch(`${server.url}/ksql`, { method: 'POST', body: '{"ksql":"DROP STREAM S;"}' })
    await expect.poll(() => engine.requests).toHaveLength(2)
    const closed = server.close()
    await push.ended
    const refused = await fetch(`${server.url}/ksql`, { method: 'POST', body: '{"ksql":"DROP STREAM T;"}' })
    expect(refused.status).toBe(503)
    expect(await refused.json()).toMatchObject({ error_code: 50303 })
    expect(await (await fetch(`${server.url}/healthcheck`)).json()).toMatchObject({ serverState: 'TERMINATING' })
    finish()
    expect((await statement).status).toBe(200)
    await closed
    await expect(fetch(`${server.url}/info`)).rejects.toThrow()
  })
})

describe('what a stop cuts', () => {
  it.each([
    ['/query-stream', (body: string) => `${body}\n`],
    ['/query', (body: string) => `{"errorMessage":${body}}]\n`],
  ])('ends a push query on %s with an error, so that its client connects again', async (path, ending) => {
    const engine = new FakeEngine()
    const server = await startTestServer(engine)
    const sql = 'SELECT * FROM S EMIT CHANGES;'
    const push = openHttp2(server.url, path, JSON.stringify({ sql, ksql: sql }))
    await push.until(1)
    await server.close()
    await push.ended
    const message = 'The server is shutting down. Try again in a moment.'
    const body = JSON.stringify({ '@type': 'generic_error', error_code: 50303, message })
    expect(push.frames.at(-1)).toBe(ending(body))
  })

  it('ends an open upload of rows after the rows that have come, without waiting for more', async () => {
    const server = await startTestServer(new FakeEngine())
    const inserts = openHttp2(server.url, '/inserts-stream', null)
    inserts.stream.write('{"target":"S"}\n{"K":"a"}\n')
    await inserts.until(1)
    await server.close()
    await inserts.ended
    expect(inserts.frames.map((frame) => JSON.parse(frame))).toMatchObject([
      { status: 'ok', seq: 0 },
      { status: 'error', seq: 1, error_code: 50303 },
    ])
  })
})

describe('users', () => {
  it('are asked for, compared with the file, and not asked for by probes', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-users-'))
    const file = join(folder, 'users')
    writeFileSync(file, '# users\nanna: secret,admin\n')
    const server = await startTestServer(new FakeEngine(), {
      'authentication.method': 'BASIC',
      'authentication.users.location': file,
      'authentication.realm': 'tests',
    })
    onTestFinished(async () => {
      await server.close()
      rmSync(folder, { recursive: true })
    })
    const ask = (credentials: string | null) =>
      fetch(`${server.url}/info`, {
        headers: credentials === null ? {} : { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
      })
    const refused = await ask(null)
    expect(refused.status).toBe(401)
    expect(refused.headers.get('www-authenticate')).toBe('Basic realm="tests", charset="UTF-8"')
    expect(await refused.json()).toMatchObject({ error_code: 40100 })
    expect((await ask('anna:wrong')).status).toBe(401)
    expect((await ask('nobody:')).status).toBe(401)
    expect((await ask('anna:secret')).status).toBe(200)
    expect((await fetch(`${server.url}/healthcheck`)).status).toBe(200)
  })
})
