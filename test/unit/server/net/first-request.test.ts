import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { ManualTimer } from '../../../../src/clock.ts'
import { awaitFirstRequest, hasFirstRequest } from '../../../../src/server/net/first-request.ts'

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
const SETTINGS = Buffer.from('000000040000000000', 'hex')
const HEADERS = Buffer.from('00000301040000000161626300', 'hex').subarray(0, 12)

const open: { destroy(): void }[] = []
afterEach(() => {
  for (const one of open.splice(0)) one.destroy()
})

/** Both ends of a connection. */
async function connection(): Promise<{ readonly client: Socket; readonly socket: Socket }> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [socket] = (await once(server, 'connection')) as [Socket]
  server.close()
  open.push(client, socket)
  return { client, socket }
}

it('finds the head of a request behind other frames, when all of it has come', () => {
  const bytes = Buffer.concat([PREFACE, SETTINGS, SETTINGS, HEADERS])
  expect(hasFirstRequest(bytes)).toBe(true)
  for (let length = 0; length < bytes.length; length++) expect(hasFirstRequest(bytes.subarray(0, length))).toBe(false)
})

it('waits for a request that comes apart from the preface, and leaves all bytes in the socket', async () => {
  const { client, socket } = await connection()
  const begun = Promise.withResolvers<Buffer>()
  awaitFirstRequest(socket, new ManualTimer(), begun.resolve)
  client.write(PREFACE)
  client.write(SETTINGS)
  setImmediate(() => client.write(HEADERS))
  const all = Buffer.concat([PREFACE, SETTINGS, HEADERS])
  expect(await begun.promise).toEqual(all)
  expect(socket.read()).toEqual(all)
})

it('begins without a request when the client sends none', async () => {
  const { client, socket } = await connection()
  const timer = new ManualTimer()
  const begun = Promise.withResolvers<Buffer>()
  awaitFirstRequest(socket, timer, begun.resolve)
  client.write(PREFACE)
  await expect.poll(() => socket.bytesRead).toBe(PREFACE.length)
  timer.advance(1000)
  expect(await begun.promise).toEqual(PREFACE)
})

it('does not begin a connection that is closed before', async () => {
  const { client, socket } = await connection()
  const timer = new ManualTimer()
  let begins = 0
  awaitFirstRequest(socket, timer, () => begins++)
  client.write(PREFACE)
  await expect.poll(() => socket.bytesRead).toBe(PREFACE.length)
  const closed = once(socket, 'close')
  socket.destroy()
  await closed
  timer.advance(1000)
  expect(begins).toBe(0)
})
