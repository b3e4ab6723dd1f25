/**
 * The source `splunk-hec`: an HTTP Event Collector, so that forwarders which send to Splunk can send here. Source: Splunk documentation, "HTTP
 * Event Collector REST API endpoints".
 */
import type { SourceContext, SourceDeclaration, SourceRecord } from '../connector.ts'
import {
  isSameSecret,
  linesOf,
  openReceiver,
  type Protocol,
  RECEIVER_OPTIONS,
  type Receipt,
  type ReceivedRequest,
} from './http-receiver.ts'
import { isJsonObject, objectTexts } from './json-values.ts'

export const splunkHecSource: SourceDeclaration = {
  kind: 'SOURCE',
  name: 'splunk-hec',
  keepsPosition: false,
  description:
    "Speaks the protocol of Splunk's HTTP Event Collector (HEC), so that forwarders, loggers and agents send to Millrace without a change. A record is an event with its metadata (`time`, `host`, `source`, `sourcetype`, `index`, `event`, `fields`).",
  guarantee:
    'At least once, as HEC: the answer, and an acknowledgement, come when the events are stored; a sender that got none sends again.',
  options: [
    ...RECEIVER_OPTIONS,
    {
      name: 'token',
      type: 'text',
      default: null,
      isSecret: true,
      description: 'Token that senders must use. Unset: any token is accepted.',
    },
    {
      name: 'key',
      type: 'choice',
      default: 'none',
      choices: ['none', 'host'],
      description: 'Key of the records.',
    },
  ],
  example: `CREATE SOURCE hec WITH (connector='splunk-hec', topic='hec', port=8089);
CREATE STREAM hec (host STRING, sourcetype STRING, event STRING) WITH (kafka_topic='hec', value_format='JSON');`,
  open: (context) => openReceiver(context, collector(context)),
}

const answer = (status: number, text: string, code: number, more: Readonly<Record<string, unknown>> = {}) => ({
  status,
  body: JSON.stringify({ text, code, ...more }),
})

interface HecEvent {
  readonly event?: unknown
  readonly time?: number | string
  readonly host?: string
}

function collector(context: SourceContext): Protocol {
  const { options } = context
  const token = options.textOrNull('token')
  /** The next id for an acknowledgement: whatever has one is stored. */
  let ackId = 0
  const success = ({ headers, query }: ReceivedRequest) => {
    const hasChannel = headers['x-splunk-request-channel'] !== undefined || query.has('channel')
    return answer(200, 'Success', 0, hasChannel ? { ackId: ackId++ } : {})
  }
  return {
    busy: { ...answer(503, 'Server is busy', 9), headers: { 'retry-after': '1' } },
    failed: answer(500, 'Internal server error', 8),
    tooLarge: answer(413, 'Content too large', 27),
    receive(request): Receipt {
      const path = request.path.replace(/\/1\.0$/, '')
      if (path === '/services/collector/health') return { answer: answer(200, 'HEC is healthy', 17) }
      const refusal = refusedToken(request, token)
      if (refusal !== null) return { answer: refusal }
      switch (path) {
        case '/services/collector':
        case '/services/collector/event':
          return events(request, context, success)
        case '/services/collector/raw':
          return rawLines(request, context, success)
        case '/services/collector/ack':
          return { answer: acknowledged(request) }
        default:
          return { answer: answer(404, 'The requested URL was not found on this server.', 404) }
      }
    },
  }
}

function refusedToken({ headers }: ReceivedRequest, token: string | null) {
  const { authorization } = headers
  if (authorization === undefined) return token === null ? null : answer(401, 'Token is required', 2)
  if (!/^(Splunk|Basic) /i.test(authorization)) return answer(401, 'Invalid authorization', 3)
  const given = /^Basic /i.test(authorization)
    ? (Buffer.from(authorization.slice(6), 'base64').toString().split(':')[1] ?? '')
    : authorization.slice(7)
  return token === null || isSameSecret(given, token) ? null : answer(403, 'Invalid token', 4)
}

type Success = (request: ReceivedRequest) => ReturnType<typeof answer>

function events(request: ReceivedRequest, { options, clock }: SourceContext, success: Success): Receipt {
  const texts = objectTexts(request.body.toString())
  if (texts !== null && texts.length === 0) return { answer: answer(400, 'No data', 5) }
  const now = clock.now()
  const hasKey = options.text('key') === 'host'
  const records: SourceRecord[] = []
  for (const [number, text] of (texts ?? ['']).entries()) {
    if (!isJsonObject(text))
      return { answer: answer(400, 'Invalid data format', 6, { 'invalid-event-number': number }) }
    const { event, time, host } = JSON.parse(text) as HecEvent
    if (event === undefined)
      return { answer: answer(400, 'Event field is required', 12, { 'invalid-event-number': number }) }
    if (event === '')
      return { answer: answer(400, 'Event field cannot be blank', 13, { 'invalid-event-number': number }) }
    const key = hasKey && typeof host === 'string' ? Buffer.from(host) : null
    records.push({ key, value: Buffer.from(text), timestamp: timeOf(time, now) })
  }
  return { records, stored: success(request) }
}

/** Seconds with fractions, as a number or a text. */
function timeOf(time: HecEvent['time'], now: number): number {
  const seconds = Number(time)
  return time === undefined || !Number.isFinite(seconds) || seconds < 0 ? now : Math.round(seconds * 1000)
}

/** Each line is an event; the address has the metadata. */
function rawLines(request: ReceivedRequest, { options, clock }: SourceContext, success: Success): Receipt {
  const names = ['host', 'source', 'sourcetype', 'index']
  const metadata = Object.fromEntries(
    names.flatMap((name) => (request.query.has(name) ? [[name, request.query.get(name)]] : [])),
  )
  const timestamp = clock.now()
  const host = request.query.get('host')
  const key = options.text('key') === 'host' && host !== null ? Buffer.from(host) : null
  const lines = linesOf(request.body)
  if (lines.length === 0) return { answer: answer(400, 'No data', 5) }
  const records = lines.map(
    (event): SourceRecord => ({ key, value: Buffer.from(JSON.stringify({ ...metadata, event })), timestamp }),
  )
  return { records, stored: success(request) }
}

/** An id is given with the answer, which comes when the events are stored. */
function acknowledged({ body }: ReceivedRequest) {
  let ids: unknown
  try {
    ids = (JSON.parse(body.toString()) as { acks?: unknown }).acks
  } catch {
    return answer(400, 'Invalid data format', 6)
  }
  if (!Array.isArray(ids)) return answer(400, 'Invalid data format', 6)
  return { status: 200, body: JSON.stringify({ acks: Object.fromEntries(ids.map((id) => [String(id), true])) }) }
}
