import { always, type ForeignClass, idle, milliseconds, oneOf, SINK_RULES, single, to } from './rules.ts'

const seconds = (option: string) => to(option, milliseconds, ': it is a number of seconds')
const one = (option: string) => to(option, single, ': it is one name')

/** Source: Splunk documentation, "Splunk Connect for Kafka: configuration parameters". */
export const splunk: ForeignClass = {
  className: 'com.splunk.kafka.connect.SplunkSinkConnector',
  kind: 'SINK',
  connector: 'splunk',
  rules: {
    ...SINK_RULES,
    'splunk.hec.uri': to('url'),
    'splunk.hec.token': to('token'),
    'splunk.indexes': one('index'),
    'splunk.sources': one('source'),
    'splunk.sourcetypes': one('sourcetype'),
    'splunk.hec.raw': oneOf({ true: { endpoint: 'raw' }, false: { endpoint: 'event' } }),
    'splunk.hec.ack.enabled': oneOf({ true: { ack: 'true' }, false: { ack: 'false' } }),
    'splunk.hec.ack.poll.interval': seconds('ack.poll.interval.ms'),
    'splunk.hec.event.timeout': seconds('ack.timeout.ms'),
    'splunk.hec.socket.timeout': seconds('request.timeout.ms'),
    'splunk.hec.max.batch.size': to('batch.size'),
    'splunk.hec.ssl.validate.certs': always('true'),
    'splunk.hec.http.keepalive': always('true'),
    'splunk.hec.use.record.timestamp': always('true'),
    'splunk.hec.track.data': always('false'),
    'splunk.hec.json.event.formatted': always('false'),
    'splunk.header.support': always('false'),
    'splunk.hec.total.channels': idle,
    'splunk.hec.max.http.connection.per.channel': idle,
    'splunk.hec.threads': idle,
    'splunk.hec.lb.poll.interval': idle,
    'splunk.flush.window': idle,
  },
}
