/** A stream of replication from a stand-in for PostgreSQL. Source: PostgreSQL documentation, "Message Formats". */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemTimer } from '../../../../src/clock.ts'
import { FilePaths } from '../../../../src/connectors/file-paths.ts'
import { checkOptions } from '../../../../src/connectors/options.ts'
import { POSTGRES_OPTIONS } from '../../../../src/connectors/postgres/postgres-client.ts'
import { type Frame, ReplicationStream } from '../../../../src/connectors/postgres/replication-stream.ts'
import { u8, u16, u32, u64 } from '../../../support/connectors/pgoutput-bytes.ts'

const MESSAGES = 5000
const textOf = (i: number) => `${i}:${'x'.repeat(i % 700)}`

const packet = (kind: string, body: Buffer) => Buffer.concat([Buffer.from(kind), u32(4 + body.length), body])
const AUTHENTICATED = packet('R', u32(0))
const READY = packet('Z', Buffer.from('I'))
const COPY_BOTH = packet('W', Buffer.concat([u8(0), u16(0)]))
const xlogData = (i: number) =>
  packet('d', Buffer.concat([Buffer.from('w'), u64(BigInt(i)), u64(0n), u64(0n), Buffer.from(textOf(i))]))

let server: Server
let stream: ReplicationStream

beforeEach(async () => {
  server = createServer((socket: Socket) => {
    socket.on('error', () => {})
    socket.once('data', () => {
      socket.write(Buffer.concat([AUTHENTICATED, READY]))
      socket.once('data', () => {
        socket.write(COPY_BOTH)
        socket.write(Buffer.concat(Array.from({ length: MESSAGES }, (_, i) => xlogData(i))))
      })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  stream = await ReplicationStream.open(
    {
      options: checkOptions(POSTGRES_OPTIONS, { url: `postgres://127.0.0.1:${port}/d` }),
      files: new FilePaths([]),
      connector: 'c',
      warn: () => {},
      signal: new AbortController().signal,
      timer: systemTimer,
      reportMs: 10_000,
    },
    { slot: 's', publication: 'p', from: 0n },
  )
})

afterEach(async () => {
  await stream.close()
  server.close()
})

test('messages keep their bytes while others come behind them', async () => {
  const frames: Frame[] = []
  while (frames.length < MESSAGES) frames.push(...(await stream.next(5000)))
  const texts = frames.map((frame) => (frame.kind === 'data' ? frame.bytes.toString() : 'alive'))
  expect(texts.findIndex((text, i) => text !== textOf(i))).toBe(-1)
})
