import {
  always,
  type ForeignClass,
  idle,
  oneOf,
  type Rule,
  refused,
  SINK_RULES,
  TRIES_DO_NOT_END,
  to,
} from './rules.ts'

/** One record is an object; several are an array. */
const batch: Rule = (value) => ({
  options: value.trim() === '1' ? { 'request.records': 'one' } : { 'request.records': 'array', 'batch.size': value },
})

const headers: Rule = (value, all) => {
  const separator = all.get('header.separator') ?? '|'
  return { options: { headers: value.split(separator).join('|') } }
}

/** Source: Confluent documentation, "HTTP Sink Connector: configuration properties". */
export const http: ForeignClass = {
  className: 'io.confluent.connect.http.HttpSinkConnector',
  kind: 'SINK',
  connector: 'http',
  rules: {
    ...SINK_RULES,
    'http.api.url': to('url'),
    'request.method': oneOf({ post: { method: 'POST' }, put: { method: 'PUT' }, patch: { method: 'PATCH' } }),
    headers,
    'header.separator': idle,
    'auth.type': always('NONE', 'BASIC'),
    'connection.user': to('username'),
    'connection.password': to('password'),
    'batch.max.size': batch,
    'batch.json.as.array': always('true'),
    'request.body.format': always('json'),
    'http.request.timeout.ms': to('request.timeout.ms'),
    'http.connect.timeout.ms': idle,
    'max.retries': TRIES_DO_NOT_END,
    'retry.backoff.ms': to('retry.backoff.ms'),
    'behavior.on.error': oneOf({
      fail: { 'errors.tolerance': 'none' },
      log: { 'errors.tolerance': 'all' },
      ignore: { 'errors.tolerance': 'all' },
    }),
    'behavior.on.null.values': oneOf({ delete: { options: { deletes: 'request' }, needs: 'TABLE' } }),
    'report.errors.as': refused('what is refused goes to errors.deadletterqueue.topic.name'),
    'confluent.license': idle,
    'confluent.topic.bootstrap.servers': idle,
    'confluent.topic.replication.factor': idle,
    'reporter.bootstrap.servers': idle,
  },
}
