import { type ForeignClass, idle, refused, SINK_RULES, SOURCE_RULES, to } from './rules.ts'

/** Source: Kafka's `FileStreamSourceConnector`. */
export const fileStreamSource: ForeignClass = {
  className: 'org.apache.kafka.connect.file.FileStreamSourceConnector',
  kind: 'SOURCE',
  connector: 'file',
  rules: {
    ...SOURCE_RULES,
    file: to('path'),
    topic: to('topic'),
    'batch.size': idle,
    'key.converter': idle,
    'value.converter': idle,
  },
}

/** Source: Kafka's `FileStreamSinkConnector`. */
export const fileStreamSink: ForeignClass = {
  className: 'org.apache.kafka.connect.file.FileStreamSinkConnector',
  kind: 'SINK',
  connector: 'file',
  rules: {
    ...SINK_RULES,
    file: refused(
      "the built-in sink writes files of a directory, whose names are its position: CREATE SINK ... WITH (connector='file', directory='...')",
    ),
  },
}
