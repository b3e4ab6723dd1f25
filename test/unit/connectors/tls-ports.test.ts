/** Ports of sources and targets of sinks over TLS, with certificates that fit and that do not. */
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { type AddressInfo, connect as connectTcp, createServer as createTcpServer } from 'node:net'
import { join } from 'node:path'
import { connect, TLSSocket } from 'node:tls'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ConnectorWorld } from '../../support/connectors/connector-world.ts'
import { freePort } from '../../support/free-port.ts'

/** Polls end by themselves, and say what they have found. */
vi.setConfig({ testTimeout: 30_000 })
const WAIT = { timeout: 15_000, interval: 20 }
const TLS = join(import.meta.dirname, '../../support/tls')
const ca = readFileSync(join(TLS, 'certificate.pem'), 'utf8')

let world: ConnectorWorld
let port: number

beforeEach(async () => {
  world = await ConnectorWorld.open()
  mkdirSync(world.files)
  for (const name of ['certificate.pem', 'key.pem']) copyFileSync(join(TLS, name), join(world.files, name))
  port = await freePort()
})

afterEach(() => world.close())

const createSource = (more = '') =>
  world.run(`CREATE SOURCE m WITH (connector='syslog', topic='m', format='raw', port=${port}, "ssl.certificate.location"='certificate.pem',
    "ssl.key.location"='key.pem'${more});`)

/** The error of a sender, or `sent`. */
const send = (text: string, options: object): Promise<string> =>
  new Promise((resolve) => {
    const socket: TLSSocket = connect({ port, host: '127.0.0.1', ...options }, () => socket.end(text))
    socket.on('error', ({ message }) => resolve(message)).on('close', () => resolve('sent'))
  })
const values = async () => (await world.read('m')).map(({ value }) => value)
const trusting = { ca, servername: 'localhost', checkServerIdentity: () => undefined }

test('a sender that does not trust the port sends nothing, and others are not disturbed', async () => {
  await createSource()
  await expect.poll(() => send('one\n', trusting), WAIT).toBe('sent')
  expect(await send('two\n', {})).toMatch(/self-signed|unable to verify/)
  expect(await send('three\n', trusting)).toBe('sent')
  await expect.poll(values, WAIT).toEqual(['one', 'three'])
  expect((await world.describe('m')).status.tasks[0]?.state).toBe('RUNNING')
})

test('a port that wants certificates takes nothing from a sender without one', async () => {
  await createSource(`, "ssl.ca.location"='certificate.pem'`)
  const key = readFileSync(join(TLS, 'key.pem'))
  await expect.poll(() => send('one\n', { ...trusting, key, cert: ca }), WAIT).toBe('sent')
  await send('two\n', trusting)
  expect(await send('three\n', { ...trusting, key, cert: ca })).toBe('sent')
  await expect.poll(values, WAIT).toEqual(['one', 'three'])
})

test('a connection that never finishes its handshake does not keep the source from ending', async () => {
  await createSource()
  await expect.poll(() => send('one\n', trusting), WAIT).toBe('sent')
  const silent = connectTcp(port, '127.0.0.1')
  await new Promise((resolve) => silent.once('connect', resolve))
  const ended = new Promise((resolve) => silent.on('error', () => {}).once('close', resolve))
  await world.run('DROP CONNECTOR m;')
  await ended
})

test('a sink does not send to a target whose certificate does not fit, and says so', async () => {
  const bodies: string[] = []
  const server = createServer({ key: readFileSync(join(TLS, 'key.pem')), cert: ca }, (request, response) => {
    request.on('data', (part: Buffer) => bodies.push(part.toString())).on('end', () => response.writeHead(204).end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port: target } = server.address() as AddressInfo
  try {
    await world.createStream()
    await world.insert([{ id: 1, v: 'a' }])
    await world.createSink('f', 'http', { url: `https://localhost:${target}` })
    const trace = async () => (await world.describe('f')).status.tasks[0]?.trace ?? ''
    await expect.poll(trace, WAIT).toContain(`The certificate of https://localhost:${target} is not accepted`)
    expect(bodies).toEqual([])
    await world.run(
      `ALTER SINK f WITH ("ssl.ca.location"='certificate.pem', "ssl.endpoint.identification.algorithm"='');`,
    )
    await expect.poll(() => bodies, WAIT).toEqual(['{"ID":1,"V":"a"}'])
  } finally {
    server.closeAllConnections()
    server.close()
  }
})

test.each([
  ['sink', `CREATE SINK f FROM s WITH (connector='postgres', "table"='t'`],
  ['source', `CREATE SOURCE f WITH (connector='postgres', topic='f', "table"='t'`],
])(
  'a %s sends neither its user nor its password to a PostgreSQL whose certificate does not fit',
  async (_, statement) => {
    const startups: string[] = []
    // A request for TLS is eight bytes, and the answer S. Source: PostgreSQL documentation, "SSL session encryption".
    const server = createTcpServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', () => {
        socket.write('S')
        const secure = new TLSSocket(socket, { isServer: true, key: readFileSync(join(TLS, 'key.pem')), cert: ca })
        secure
          .on('error', () => {})
          .on('data', (bytes: Buffer) => {
            startups.push(bytes.toString())
            secure.destroy()
          })
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port: target } = server.address() as AddressInfo
    try {
      await world.createStream()
      await world.insert([{ id: 1, v: 'a' }])
      await world.run(`${statement}, url='postgres://localhost:${target}/d', username='loader', ssl=true);`)
      const trace = async () => (await world.describe('f')).status.tasks[0]?.trace ?? ''
      await expect.poll(trace, WAIT).toContain('The certificate of PostgreSQL at localhost is not accepted')
      expect(startups).toEqual([])
      await world.run(
        `ALTER CONNECTOR f WITH ("ssl.ca.location"='certificate.pem', "ssl.endpoint.identification.algorithm"='');`,
      )
      await expect.poll(() => startups.join(), WAIT).toContain('loader')
    } finally {
      await world.run('DROP CONNECTOR f;')
      server.close()
    }
  },
)
