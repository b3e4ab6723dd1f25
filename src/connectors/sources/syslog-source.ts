/** The source `syslog`: messages of syslog by UDP, TCP or TLS. */
import { createSocket } from 'node:dgram'
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { messageOf } from '../../errors.ts'
import type { SourceContext, SourceDeclaration, SourceRecord, SourceTask } from '../connector.ts'
import { OptionError } from '../options.ts'
import type { Inbox } from './inbox.ts'
import { LISTEN_OPTIONS, listenTls } from './listen-options.ts'
import { closer, inboxOf, listening } from './listening.ts'
import { SyslogFrames } from './syslog-frames.ts'
import { parseSyslog } from './syslog-message.ts'

export const syslogSource: SourceDeclaration = {
  kind: 'SOURCE',
  name: 'syslog',
  keepsPosition: false,
  description:
    'Receives messages of syslog, RFC 5424 and RFC 3164, by UDP, TCP or TLS. TCP takes messages with their lengths in front and on lines.',
  guarantee:
    'As the protocol: syslog has no acknowledgements. By TCP and TLS a sender must wait when its messages cannot be stored at once; what was received and not stored when the server is killed is lost. By UDP messages are dropped then, and counted.',
  options: [
    ...LISTEN_OPTIONS,
    {
      name: 'protocol',
      type: 'choice',
      default: 'tcp',
      choices: ['tcp', 'udp'],
      description: 'Protocol; TCP with a certificate is TLS.',
    },
    {
      name: 'format',
      type: 'choice',
      default: 'json',
      choices: ['json', 'raw'],
      description:
        'Whether a record is an object with `facility`, `severity`, `timestamp` (epoch ms), `host`, `app`, `procid`, `msgid`, `data` and `message`, or the message as it came.',
    },
    {
      name: 'max.message.bytes',
      type: 'number',
      default: '65536',
      least: 480,
      most: 16_777_216,
      description: 'Maximum size of a message. A longer one is skipped and logged.',
    },
    { name: 'key', type: 'choice', default: 'none', choices: ['none', 'host'], description: 'Key of the records.' },
  ],
  example: `CREATE SOURCE machines WITH (connector='syslog', topic='machines', host='0.0.0.0', port=5514);
CREATE STREAM machines (facility STRING, severity STRING, \`timestamp\` BIGINT, host STRING, app STRING, message STRING) WITH (kafka_topic='machines', value_format='JSON');`,

  check(options) {
    if (options.text('key') === 'host' && options.text('format') === 'raw') {
      throw new OptionError('key', "The host is known with format='json' only.")
    }
    if (options.text('protocol') === 'udp' && options.isGiven('ssl.certificate.location')) {
      throw new OptionError('ssl.certificate.location', 'TLS needs TCP.')
    }
  },

  open(context) {
    return context.options.text('protocol') === 'udp' ? openUdp(context) : openTcp(context)
  },
}

/** Makes a record of a message. */
function recordMaker({ options, clock }: SourceContext): (message: Buffer) => SourceRecord {
  if (options.text('format') === 'raw') {
    return (message) => ({ key: null, value: Buffer.from(message), timestamp: clock.now() })
  }
  const hasKey = options.text('key') === 'host'
  return (message) => {
    const now = clock.now()
    const parsed = parseSyslog(message.toString(), now)
    return {
      key: hasKey && parsed.host !== null ? Buffer.from(parsed.host) : null,
      value: Buffer.from(JSON.stringify(parsed)),
      timestamp: parsed.timestamp ?? now,
    }
  }
}

async function openUdp(context: SourceContext): Promise<SourceTask> {
  const { options, warn, connector } = context
  const inbox = inboxOf(context)
  const make = recordMaker(context)
  let dropped = 0
  const socket = createSocket({
    type: options.text('host').includes(':') ? 'udp6' : 'udp4',
    recvBufferSize: 4 << 20,
  })
  socket.on('message', (message) => {
    const trimmed = message.at(-1) === 0x0a ? message.subarray(0, -1) : message
    if (trimmed.length === 0) return
    if (!inbox.isFull) {
      inbox.add([make(trimmed)])
      return
    }
    dropped++
    if (Math.log10(dropped) % 1 === 0) warn(`Connector ${connector} had no room for ${dropped} messages by UDP.`)
  })
  socket.bind(options.number('port'), options.text('host'))
  await listening(socket, inbox)
  return {
    poll: () => inbox.poll(),
    async close() {
      await new Promise<void>((resolve) => socket.close(resolve))
      inbox.close()
    },
  }
}

async function openTcp(context: SourceContext): Promise<SourceTask> {
  const { options } = context
  const inbox = inboxOf(context)
  const sockets = new Set<Socket>()
  const onConnection = (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    receive(socket, inbox, context)
  }
  inbox.onRoom = () => {
    for (const socket of sockets) socket.resume()
  }
  const tls = listenTls(context)
  const server: Server = tls === null ? createServer(onConnection) : createTlsServer(tls, onConnection)
  const close = closer(server)
  server.listen(options.number('port'), options.text('host'))
  await listening(server, inbox)
  return {
    poll: () => inbox.poll(),
    async close() {
      await close()
      inbox.close()
    },
  }
}

function receive(socket: Socket, inbox: Inbox, context: SourceContext): void {
  const { options, warn, connector } = context
  const frames = new SyslogFrames(options.number('max.message.bytes'))
  const make = recordMaker(context)
  let reported = 0
  const take = (messages: readonly Buffer[]) => {
    inbox.add(messages.map(make))
    if (inbox.isFull) socket.pause()
    if (frames.overlong === reported) return
    reported = frames.overlong
    warn(
      `Connector ${connector} passed over ${reported} messages of ${socket.remoteAddress} that were longer than max.message.bytes.`,
    )
  }
  socket.on('data', (bytes: Buffer) => take(frames.take(bytes)))
  socket.on('end', () => take(frames.end()))
  socket.on('error', (error) => {
    if ((error as NodeJS.ErrnoException).code !== 'ECONNRESET')
      warn(`Connector ${connector}: a sender's connection broke: ${messageOf(error)}`)
  })
}
