/**
 * The source `elasticsearch`: the bulk API, so that shippers which send to Elasticsearch or OpenSearch can send here. Source: Elasticsearch
 * reference, "Bulk API".
 */
import type { SourceContext, SourceDeclaration, SourceRecord } from '../connector.ts'
import {
  isSameSecret,
  openReceiver,
  type Protocol,
  RECEIVER_OPTIONS,
  type Receipt,
  type ReceivedRequest,
} from './http-receiver.ts'
import { isJsonObject } from './json-values.ts'

export const elasticsearchSource: SourceDeclaration = {
  kind: 'SOURCE',
  name: 'elasticsearch',
  keepsPosition: false,
  description:
    'Speaks the bulk API of Elasticsearch and OpenSearch, so that shippers such as Filebeat, Fluent Bit and Logstash send to Millrace. A record is a document; its key is `_id`, its header `index` the index; a deleted document is a record without a value.',
  guarantee:
    'At least once, as the bulk API: the answer comes when the documents are stored; a sender that got none sends again.',
  options: [
    ...RECEIVER_OPTIONS,
    {
      name: 'username',
      type: 'text',
      default: null,
      description: 'User name that senders must give. Unset: anybody may send.',
    },
    { name: 'password', type: 'text', default: null, isSecret: true, description: 'Password of that user.' },
    {
      name: 'version',
      type: 'text',
      default: '8.17.0',
      description: 'Version of Elasticsearch that the port reports, which shippers check.',
    },
  ],
  example: `CREATE SOURCE beats WITH (connector='elasticsearch', topic='beats', port=9201);
CREATE STREAM beats (id STRING KEY, message STRING) WITH (kafka_topic='beats', value_format='JSON');`,
  open: (context) => openReceiver(context, bulkApi(context)),
}

const HEADERS = { 'x-elastic-product': 'Elasticsearch' }
const json = (status: number, body: unknown) => ({ status, headers: HEADERS, body: JSON.stringify(body) })
const failure = (status: number, type: string, reason: string) => json(status, { error: { type, reason }, status })

const BULK_PATH = /^(?:\/([^/]+))?\/_bulk$/

function bulkApi({ options, clock }: SourceContext): Protocol {
  const user = options.textOrNull('username')
  const credentials = Buffer.from(`${user}:${options.textOrNull('password') ?? ''}`).toString('base64')
  return {
    busy: {
      ...failure(429, 'es_rejected_execution_exception', 'There is no room for more documents.'),
      headers: { ...HEADERS, 'retry-after': '1' },
    },
    failed: failure(503, 'unavailable_shards_exception', 'The documents were not stored.'),
    tooLarge: failure(413, 'content_too_long', 'The body is too long.'),
    receive(request): Receipt {
      if (user !== null && !isSameSecret(request.headers.authorization ?? '', `Basic ${credentials}`)) {
        return { answer: failure(401, 'security_exception', 'missing or wrong authentication credentials') }
      }
      const match = BULK_PATH.exec(request.path)
      if (match !== null && request.method !== 'GET') return bulk(request, match[1] ?? null, clock.now())
      return { answer: otherAnswer(request, options.text('version')) }
    },
  }
}

/** The requests that shippers make before they send. */
function otherAnswer({ method, path }: ReceivedRequest, version: string) {
  if (path === '/') {
    return json(200, {
      name: 'millrace',
      cluster_name: 'millrace',
      version: { number: version, build_flavor: 'default', lucene_version: '9.12.0' },
      tagline: 'You Know, for Search',
    })
  }
  if (path === '/_license' || path === '/_xpack')
    return json(200, { license: { status: 'active', type: 'basic', mode: 'basic' } })
  // Templates, policies and pipelines are of no use here, and shippers want to know that they are there.
  return method === 'HEAD' || method === 'GET' ? json(200, {}) : json(200, { acknowledged: true })
}

interface Action {
  readonly _index?: string
  readonly _id?: string
}

function bulk({ body }: ReceivedRequest, pathIndex: string | null, now: number): Receipt {
  const lines = body.toString().split('\n')
  const records: SourceRecord[] = []
  const items: unknown[] = []
  for (let at = 0; at < lines.length; at++) {
    if (lines[at]!.trim() === '') continue
    const parsed = actionOf(lines[at]!)
    if (parsed === null) {
      return { answer: failure(400, 'illegal_argument_exception', `Malformed action/metadata line [${at + 1}].`) }
    }
    const { name, action } = parsed
    const index = action._index ?? pathIndex
    const id = action._id ?? null
    const result = { _index: index, _id: id }
    const key = id === null ? null : Buffer.from(String(id))
    const headers = index === null ? [] : [{ key: 'index', value: Buffer.from(index) }]
    if (name === 'delete') {
      records.push({ key, value: null, timestamp: now, headers })
      items.push({ delete: { ...result, result: 'deleted', status: 200 } })
      continue
    }
    const document = lines[++at] ?? ''
    const isTaken = name !== 'update' && isJsonObject(document)
    if (isTaken) records.push({ key, value: Buffer.from(document.trimEnd()), timestamp: now, headers })
    items.push({
      [name]: isTaken
        ? { ...result, result: 'created', status: 201 }
        : { ...result, status: 400, error: refusal(name) },
    })
  }
  const errors = items.some((item) => Object.values(item as Record<string, { status: number }>)[0]!.status >= 400)
  return { records, stored: json(200, { took: 0, errors, items }) }
}

const refusal = (name: string) =>
  name === 'update'
    ? { type: 'illegal_argument_exception', reason: 'Updates of a part of a document are not taken.' }
    : { type: 'mapper_parsing_exception', reason: 'The document is no JSON object.' }

const ACTIONS: ReadonlySet<string> = new Set(['index', 'create', 'update', 'delete'])

function actionOf(line: string): { readonly name: string; readonly action: Action } | null {
  try {
    const [entry] = Object.entries(JSON.parse(line) as Record<string, Action>)
    return entry !== undefined && ACTIONS.has(entry[0]) ? { name: entry[0], action: entry[1] } : null
  } catch {
    return null
  }
}
