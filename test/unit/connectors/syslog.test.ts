import { createSocket } from 'node:dgram'
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { SyslogFrames } from '../../../src/connectors/sources/syslog-frames.ts'
import { parseSyslog } from '../../../src/connectors/sources/syslog-message.ts'
import { ConnectorWorld } from '../../support/connectors/connector-world.ts'
import { freePort } from '../../support/free-port.ts'

/** Polls end by themselves, and say what they have found. */
vi.setConfig({ testTimeout: 30_000 })

const WAIT = { timeout: 15_000, interval: 20 }
const NOW = Date.parse('2026-03-01T12:00:00Z')

describe('a message of RFC 5424', () => {
  test('has all its parts', () => {
    const text =
      '<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog 77 ID47 [exampleSDID@32473 iut="3" eventSource="App\\"x\\]"][b a="1"] An application event'
    expect(parseSyslog(text, NOW)).toEqual({
      facility: 'local4',
      severity: 'notice',
      timestamp: Date.parse('2003-10-11T22:14:15.003Z'),
      host: 'mymachine.example.com',
      app: 'evntslog',
      procid: '77',
      msgid: 'ID47',
      data: { 'exampleSDID@32473': { iut: '3', eventSource: 'App"x]' }, b: { a: '1' } },
      message: 'An application event',
    })
  })

  test('may leave all of them out', () => {
    expect(parseSyslog('<34>1 - - - - - -', NOW)).toEqual({
      facility: 'auth',
      severity: 'crit',
      timestamp: null,
      host: null,
      app: null,
      procid: null,
      msgid: null,
      data: null,
      message: '',
    })
  })
})

describe('a message of RFC 3164', () => {
  test('has host, tag and process', () => {
    expect(parseSyslog("<34>Feb  1 22:14:15 mymachine su[230]: 'su root' failed", NOW)).toMatchObject({
      facility: 'auth',
      severity: 'crit',
      timestamp: Date.parse('2026-02-01T22:14:15Z'),
      host: 'mymachine',
      app: 'su',
      procid: '230',
      message: "'su root' failed",
    })
  })

  test('is of the last year if its date is to come', () => {
    expect(parseSyslog('<13>Dec 31 23:59:59 h a: b', NOW).timestamp).toBe(Date.parse('2025-12-31T23:59:59Z'))
  })
})

test.each(['plain words', '<999>x', '<34>1 nonsense', ''])('%j is a message all the same', (text) => {
  expect(parseSyslog(text, NOW)).toMatchObject({ host: null, message: text.replace(/^<\d+>/, '') })
})

describe('frames', () => {
  const all = (parts: readonly string[], maxBytes = 100) => {
    const frames = new SyslogFrames(maxBytes)
    const messages = parts.flatMap((part) => frames.take(Buffer.from(part)).map(String))
    return { messages: [...messages, ...frames.end().map(String)], overlong: frames.overlong }
  }

  test.each([
    { name: 'lines', parts: ['<1>a\n<2>b\r\n', '\n<3>c'] },
    { name: 'lengths', parts: ['4 <1>a4 <2>b', '4 <3>c'] },
    { name: 'both', parts: ['4 <1>a<2>b\n5 <3>c\n'] },
    { name: 'single bytes', parts: [...'4 <1>a5 <2>b\n<3>c\n'] },
  ])('by $name', ({ parts }) => {
    expect(all(parts)).toEqual({ messages: ['<1>a', '<2>b', '<3>c'], overlong: 0 })
  })

  test('that are too long are passed over, and those behind are not', () => {
    expect(all([`${'x'.repeat(300)}`, 'y\n<1>a\n', `200 ${'z'.repeat(150)}`, `${'z'.repeat(50)}4 <2>b`])).toEqual({
      messages: ['<1>a', '<2>b'],
      overlong: 2,
    })
  })
})

describe('source syslog', () => {
  let world: ConnectorWorld
  let port: number

  beforeEach(async () => {
    world = await ConnectorWorld.open()
    port = await freePort()
  })

  afterEach(() => world.close())

  const messages = async () =>
    (await world.read('m')).map(({ value }) => (JSON.parse(value!) as { message: string }).message)
  const isUp = () => expect.poll(async () => (await world.describe('m')).status.connector.state, WAIT).toBe('RUNNING')

  /** The port opens shortly after the task runs. */
  async function connected(): Promise<Socket> {
    const attempt = () =>
      new Promise<Socket | null>((resolve) => {
        const socket = connect(port, '127.0.0.1', () => resolve(socket)).once('error', () => resolve(null))
      })
    const sockets: (Socket | null)[] = []
    await expect
      .poll(async () => {
        sockets.push(await attempt())
        return sockets.at(-1)
      }, WAIT)
      .not.toBeNull()
    return sockets.at(-1)!
  }

  test('receives messages by TCP', async () => {
    await world.run(`CREATE SOURCE m WITH (connector='syslog', topic='m', port=${port});`)
    await isUp()
    const socket = await connected()
    socket.write('<13>1 - h a - - - one\n20 <13>1 - h a - - - tw')
    socket.end('<13>1 - h a - - - three')
    await expect.poll(messages, WAIT).toEqual(['one', 'tw', 'three'])
  })

  test('receives messages by UDP', async () => {
    await world.run(`CREATE SOURCE m WITH (connector='syslog', topic='m', port=${port}, protocol='udp', key='host');`)
    await isUp()
    const socket = createSocket('udp4')
    await expect
      .poll(async () => {
        socket.send('<13>1 - h a - - - one', port, '127.0.0.1')
        return (await messages()).includes('one')
      }, WAIT)
      .toBe(true)
    socket.close()
  })
})
