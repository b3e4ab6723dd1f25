import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { buildConsole } from '../../scripts/build-console.mjs'
import { ConsoleFiles } from '../../src/server/console/console-files.ts'
import { FakeEngine } from '../support/fake-engine.ts'
import { startTestServer } from '../support/test-server.ts'

const MOST_BYTES = 600 * 1024
const folder = mkdtempSync(join(tmpdir(), 'millrace-console-'))

beforeAll(() => buildConsole(folder), 60_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function start(config: Record<string, string> = {}, files = folder) {
  const server = await startTestServer(new FakeEngine(), config, undefined, { consoleFiles: new ConsoleFiles(files) })
  onTestFinished(() => server.close())
  return (path: string, headers: Record<string, string> = {}) =>
    fetch(server.url + path, { headers: { 'accept-encoding': 'identity', ...headers }, redirect: 'manual' })
}

const assetsOf = (page: string) => [...page.matchAll(/(?:src|href)="(\/console\/[^"]+)"/g)].map(([, path]) => path!)

describe('the console', () => {
  it('is where a browser lands; programs are led where they always were', async () => {
    const get = await start()
    const landing = async (accept: string) => (await get('/', { accept })).headers.get('location')
    expect(await landing('text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8')).toBe('/console')
    expect(await landing('application/json')).toBe('/info')
    expect(await landing('*/*')).toBe('/info')
  })

  it('is one page for all its views, whose parts are all there and are kept for good', async () => {
    const get = await start()
    const page = await (await get('/console')).text()
    expect(await (await get('/console/queries/CTAS_A_1')).text()).toBe(page)
    const assets = assetsOf(page)
    expect(assets.length).toBeGreaterThanOrEqual(3)
    for (const path of assets) {
      const answer = await get(path)
      expect(answer.status).toBe(200)
      if (path.includes('/assets/')) expect(answer.headers.get('cache-control')).toContain('immutable')
    }
    expect((await get('/console')).headers.get('cache-control')).toBe('no-cache')
  })

  it('allows no script or style but its own', async () => {
    const get = await start()
    const answer = await get('/console')
    const policy = answer.headers.get('content-security-policy')
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'")
    expect(policy).not.toContain('unsafe')
    const page = await answer.text()
    expect(page).not.toMatch(/<style|style=|<script(?![^>]*\ssrc=)/)
  })

  it('is compressed for those who take it', async () => {
    const get = await start()
    const page = await (await get('/console')).text()
    const answer = await get('/console', { 'accept-encoding': 'gzip' })
    expect(answer.headers.get('content-encoding')).toBe('gzip')
    expect(await answer.text()).toBe(page)
  })

  it('takes less than 600 KB on its way, all parts together, and comes with the licences of its libraries', async () => {
    const files = new ConsoleFiles(folder)
    const page = await files.read('index.html', { compressed: false })
    const names = assetsOf(page!.bytes.toString()).map((path) => path.replace('/console/', ''))
    let bytes = 0
    for (const name of ['index.html', ...names]) bytes += (await files.read(name, { compressed: true }))!.bytes.length
    expect(bytes).toBeLessThan(MOST_BYTES)
    const licences = await files.read('licenses.txt', { compressed: true })
    expect(gunzipSync(licences!.bytes).toString()).toMatch(/\npreact [\d.]+ \(MIT\)\n/)
  })

  it.each(['/console/assets/none.js', '/console/..%2f..%2fpackage.json', '/console/assets/%2e%2e/%2e%2e/package.json'])(
    'has nothing at %s',
    async (path) => {
      const get = await start()
      expect((await get(path)).status).toBe(404)
    },
  )

  it('says how to build it where it is missing', async () => {
    const get = await start({}, join(folder, 'none'))
    const answer = await get('/console')
    expect(answer.status).toBe(404)
    expect(await answer.json()).toMatchObject({ message: expect.stringContaining('npm run build') })
  })

  it('needs a user where the server does', async () => {
    const get = await start({
      'authentication.method': 'BASIC',
      'authentication.users.location': join(import.meta.dirname, '../support/users.properties'),
    })
    const refused = await get('/console')
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, expect.stringContaining('Basic')])
  })
})

describe('the data of the console', () => {
  it('is a snapshot, and the last hour', async () => {
    const get = await start()
    expect(await (await get('/console/api/overview')).json()).toEqual({
      at: 0,
      sources: [],
      queries: [],
      connectors: [],
      pushQueries: 0,
    })
    expect(await (await get('/console/api/history?query=A&query=B')).json()).toMatchObject({ times: [], queries: {} })
  })

  it('needs a user where the server does', async () => {
    const get = await start({
      'authentication.method': 'BASIC',
      'authentication.users.location': join(import.meta.dirname, '../support/users.properties'),
    })
    expect((await get('/console/api/overview')).status).toBe(401)
    const authorization = `Basic ${Buffer.from('anna:secret').toString('base64')}`
    expect((await get('/console/api/overview', { authorization })).status).toBe(200)
  })
})

describe('records of a topic', () => {
  it('are read from the place that is named', async () => {
    const engine = new FakeEngine()
    const requests: unknown[] = []
    engine.browse = async (request) => {
      requests.push(request)
      return { records: [], keyFormat: 'JSON', valueFormat: 'JSON', partitions: [] }
    }
    const server = await startTestServer(engine)
    onTestFinished(() => server.close())
    const get = async (path: string) => (await fetch(`${server.url}/console/api/topics/${path}`)).status
    expect(await get('a%2Fb')).toBe(200)
    expect(await get('t?partition=1&offset=7&limit=5')).toBe(200)
    expect(await get('t?timestamp=1000')).toBe(200)
    expect(requests).toEqual([
      { topic: 'a/b', partition: null, from: { kind: 'newest' }, limit: 100 },
      { topic: 't', partition: 1, from: { kind: 'offset', offset: 7 }, limit: 5 },
      { topic: 't', partition: null, from: { kind: 'timestamp', timestamp: 1000 }, limit: 100 },
    ])
    for (const bad of ['t?offset=-1', 't?partition=x', 't?limit=', 't?timestamp=1.5']) expect(await get(bad)).toBe(400)
  })
})
