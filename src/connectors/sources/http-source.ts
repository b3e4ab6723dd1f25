/** The source `http`: a webhook. */
import { createHmac } from 'node:crypto'
import { formatJsonValue, parseJsonValue } from '../../types/json-parse.ts'
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

export const httpSource: SourceDeclaration = {
  kind: 'SOURCE',
  name: 'http',
  keepsPosition: false,
  description:
    'Receives records as POST requests from web services and scripts. It answers 200 when the records are stored.',
  guarantee:
    'At least once, if the sender repeats what was not answered with 200: a repeated request may be stored twice.',
  options: [
    ...RECEIVER_OPTIONS,
    { name: 'path', type: 'text', default: '/', description: 'Path at which requests are accepted.' },
    {
      name: 'body',
      type: 'choice',
      default: 'record',
      choices: ['record', 'lines', 'array'],
      description: 'What a body contains: the value of one record, one value per line, or a JSON array of values.',
    },
    {
      name: 'token',
      type: 'text',
      default: null,
      isSecret: true,
      description: 'Token that requests must carry, as `Authorization: Bearer <token>`.',
    },
    {
      name: 'hmac.secret',
      type: 'text',
      default: null,
      isSecret: true,
      description: 'Secret that bodies must be signed with: HMAC with SHA-256, as `sha256=` and hexadecimal digits.',
    },
    { name: 'hmac.header', type: 'text', default: 'X-Signature-256', description: 'Header of the signature.' },
    {
      name: 'key.header',
      type: 'text',
      default: null,
      description: 'Request header whose value becomes the key of its records.',
    },
  ],
  example: `CREATE SOURCE hooks WITH (connector='http', topic='hooks', port=9080, path='/hooks', body='lines');
CREATE STREAM hooks (id INT, action STRING) WITH (kafka_topic='hooks', value_format='JSON');`,
  open: (context) => openReceiver(context, webhook(context)),
}

const answer = (status: number, message: string) => ({ status, body: JSON.stringify({ message }) })

function webhook({ options, clock }: SourceContext): Protocol {
  const token = options.textOrNull('token')
  const secret = options.textOrNull('hmac.secret')
  const signatureHeader = options.text('hmac.header').toLowerCase()
  const keyHeader = options.textOrNull('key.header')?.toLowerCase()
  const isAllowed = ({ headers, body }: ReceivedRequest): boolean => {
    if (token !== null && !isSameSecret(headers.authorization ?? '', `Bearer ${token}`)) return false
    if (secret === null) return true
    const digest = createHmac('sha256', secret).update(body).digest('hex')
    return isSameSecret(String(headers[signatureHeader] ?? ''), `sha256=${digest}`)
  }
  return {
    busy: { ...answer(503, 'Busy: try again later.'), headers: { 'retry-after': '1' } },
    failed: answer(500, 'The records were not stored.'),
    tooLarge: answer(413, 'The body is too long.'),
    receive(request): Receipt {
      if (request.path !== options.text('path')) return { answer: answer(404, `There is nothing at ${request.path}.`) }
      if (request.method !== 'POST' && request.method !== 'PUT') return { answer: answer(405, 'Send POST requests.') }
      if (!isAllowed(request)) return { answer: answer(401, 'The token or the signature is missing or wrong.') }
      const values = valuesOf(request.body, options.text('body'))
      if (values === null) return { answer: answer(400, 'The body is no JSON array.') }
      const given = keyHeader === undefined ? undefined : request.headers[keyHeader]
      const key = given === undefined ? null : Buffer.from(String(given))
      const timestamp = clock.now()
      const records = values.map((value): SourceRecord => ({ key, value, timestamp }))
      return { records, stored: answer(200, `Stored: ${records.length}.`) }
    },
  }
}

/** Null: the body does not have the declared form. */
function valuesOf(body: Buffer, form: string): readonly Buffer[] | null {
  switch (form) {
    case 'lines':
      return linesOf(body).map((line) => Buffer.from(line))
    case 'array':
      return elementsOf(body.toString())
    default:
      return body.length === 0 ? [] : [body]
  }
}

function elementsOf(text: string): readonly Buffer[] | null {
  try {
    const elements = parseJsonValue(text)
    return Array.isArray(elements) ? elements.map((element) => Buffer.from(formatJsonValue(element))) : null
  } catch {
    return null
  }
}
