/** The sink `splunk`: events for Splunk's HTTP Event Collector. Source: Splunk documentation, "HTTP Event Collector REST API endpoints". */
import type { SinkDeclaration } from '../connector.ts'
import { HTTP_OPTIONS } from '../delivery/http-target.ts'
import { COLUMN_NAMES } from '../document-options.ts'
import { columnReader } from '../documents.ts'
import { OptionError } from '../options.ts'
import { compileTemplate } from '../templates.ts'
import { METADATA } from './splunk-events.ts'
import { SplunkTask } from './splunk-task.ts'

export const splunkSink: SinkDeclaration = {
  kind: 'SINK',
  name: 'splunk',
  description:
    "Sends records as events to Splunk's HTTP Event Collector (HEC), or to another receiver that speaks its protocol.",
  guarantee:
    'At least once. A repeated event has the same text in `record.id.field`, topic, partition and offset, by which a search can drop it. With ' +
    '`ack`, a record counts as sent when Splunk has it in an index; without, when it has answered.',
  options: [
    ...HTTP_OPTIONS,
    {
      name: 'token',
      type: 'text',
      default: null,
      isRequired: true,
      isSecret: true,
      description: 'Token of the collector.',
    },
    {
      name: 'endpoint',
      type: 'choice',
      default: 'event',
      choices: ['event', 'raw'],
      description: 'Whether events have metadata of their own, or lines of text are sent that Splunk divides itself.',
    },
    {
      name: 'index',
      type: 'text',
      default: null,
      description: 'Index of the events. It may contain placeholders such as `%{COLUMN}`.',
    },
    {
      name: 'source',
      type: 'text',
      default: null,
      description: 'Source of the events. It may contain placeholders, too.',
    },
    {
      name: 'sourcetype',
      type: 'text',
      default: null,
      description: 'Source type of the events. It may contain placeholders, too.',
    },
    { name: 'host', type: 'text', default: null, description: 'Host of the events. It may contain placeholders, too.' },
    {
      name: 'event.column',
      type: 'text',
      default: null,
      description: 'Column that is the event. Unset: the event is the document of all columns.',
    },
    {
      name: 'record.id.field',
      type: 'text',
      default: 'record_id',
      description: 'Indexed field for topic, partition and offset of the record. Empty: none.',
    },
    {
      name: 'ack',
      type: 'flag',
      default: 'false',
      description: 'Whether to wait until Splunk acknowledges that events are indexed. The token must have it enabled.',
    },
    {
      name: 'ack.poll.interval.ms',
      type: 'duration',
      default: '500',
      least: 1,
      description: 'Interval at which acknowledgements are polled.',
    },
    {
      name: 'ack.timeout.ms',
      type: 'duration',
      default: '300000',
      least: 1,
      description: 'Time within which events must be acknowledged; after that, they are sent again.',
    },
    { name: 'channel', type: 'text', default: null, description: 'Channel, a GUID. Unset: each task generates one.' },
    COLUMN_NAMES,
  ],
  example: `CREATE STREAM machine_logs (host STRING KEY, unit STRING, message STRING) WITH (kafka_topic='machine_logs', value_format='JSON', partitions=1);
CREATE SINK machine_logs_to_splunk FROM machine_logs WITH (
  connector='splunk', url='http://localhost:8088', token='\${env:CONNECTOR_HEC_TOKEN}', host='%{HOST}', sourcetype='machine');`,

  check(options, source) {
    for (const name of METADATA) {
      const text = options.textOrNull(name)
      if (text === null) continue
      const { constant } = compileTemplate(text, name, source)
      if (options.text('endpoint') === 'event' || constant !== null) continue
      throw new OptionError(
        name,
        `With endpoint='raw', all lines of a request have the same ${name}: it cannot have places.`,
      )
    }
    const column = options.textOrNull('event.column')
    if (column !== null) columnReader(source, 'event.column', column)
  },

  async open(context) {
    return new SplunkTask(context)
  },
}
