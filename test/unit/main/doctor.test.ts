import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type DoctorOptions, type Finding, runDoctor } from '../../../src/cli/commands/doctor.ts'
import { Screen } from '../../../src/cli/output/screen.ts'
import { diagnose } from '../../../src/main/doctor.ts'
import { freePort } from '../../support/free-port.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-doctor-'))
let other: Server
let usedPort: number

beforeAll(async () => {
  usedPort = await freePort()
  other = createServer((socket) => socket.end('none of Millrace\n')).listen(usedPort, '127.0.0.1')
})

afterAll(() => {
  other.close()
  rmSync(folder, { recursive: true })
})

async function findings(options: DoctorOptions): Promise<Finding[]> {
  return Array.fromAsync(diagnose({})({ dataDir: folder, listen: 'http://127.0.0.1:0', ...options }))
}

const of = (found: readonly Finding[], subject: string) => found.filter((finding) => finding.subject === subject)

it('finds no fault where a server would work', async () => {
  const found = await findings({})
  expect(found.filter(({ state }) => state === 'fault')).toEqual([])
  expect(found.map(({ subject }) => subject)).toEqual([
    'program',
    'configuration',
    'port',
    'data directory',
    'disk',
    'memory',
    'broker',
    'schema registry',
  ])
})

it('names a port that another program has, and another one', async () => {
  const [port] = of(await findings({ listen: `http://127.0.0.1:${usedPort}` }), 'port')
  expect(port).toMatchObject({ state: 'fault', text: expect.stringContaining('another program') })
  expect(port!.advice).toContain(`--listen http://127.0.0.1:${usedPort + 1}`)
})

it('names settings that do not exist, and values that cannot be', async () => {
  const config = join(folder, 'server.properties')
  writeFileSync(config, 'ksql.servce.id=a\nksql.max.push.queries=many\n')
  const found = of(await findings({ config }), 'configuration')
  expect(found.map(({ state }) => state)).toEqual(['fault', 'warning'])
  expect(found[1]!.text).toContain('ksql.service.id')
  expect(of(await findings({ config: join(folder, 'none') }), 'configuration')).toMatchObject([{ state: 'fault' }])
})

it('says which other programs cannot be reached', async () => {
  const config = join(folder, 'others.properties')
  const port = await freePort()
  writeFileSync(
    config,
    `bootstrap.servers=127.0.0.1:${port}\nksql.schema.registry.url=http://127.0.0.1:${port}\nksql.connect.url=http://127.0.0.1:${port}\n`,
  )
  const found = await findings({ config })
  expect(of(found, 'broker')).toMatchObject([{ state: 'fault', advice: expect.stringContaining('bootstrap.servers') }])
  expect(of(found, 'schema registry')).toMatchObject([{ state: 'fault' }])
  expect(of(found, 'Kafka Connect')).toMatchObject([{ state: 'warning' }])
}, 30_000)

it('shows each finding with its advice, and fails where there is a fault', async () => {
  const out = new PassThrough({ encoding: 'utf8' })
  const screen = new Screen({ out, err: out })
  const code = await runDoctor(
    {},
    async function* () {
      yield { subject: 'port', state: 'ok', text: 'free' }
      yield { subject: 'broker', state: 'fault', text: 'gone', advice: 'Start it.' }
    },
    screen,
  )
  expect(code).toBe(1)
  expect(out.read()).toBe(
    'ok       port             free\nFAULT    broker           gone\n                          Start it.\n\n1 fault, 0 warnings. A server will not work until the faults are mended.\n',
  )
})
