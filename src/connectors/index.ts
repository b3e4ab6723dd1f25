/** The table of connectors. */
import type { ConnectorDeclaration } from './connector.ts'
import { consoleSink } from './sinks/console-sink.ts'
import { elasticsearchSink } from './sinks/elasticsearch-sink.ts'
import { fileSink } from './sinks/file-sink.ts'
import { httpSink } from './sinks/http-sink.ts'
import { postgresSink } from './sinks/postgres-sink.ts'
import { s3Sink } from './sinks/s3-sink.ts'
import { splunkSink } from './sinks/splunk-sink.ts'
import { datagenSource } from './sources/datagen-source.ts'
import { elasticsearchSource } from './sources/elasticsearch-source.ts'
import { fileSource } from './sources/file-source.ts'
import { httpPollSource } from './sources/http-poll-source.ts'
import { httpSource } from './sources/http-source.ts'
import { postgresSource } from './sources/postgres-source.ts'
import { splunkHecSource } from './sources/splunk-hec-source.ts'
import { syslogSource } from './sources/syslog-source.ts'

export const CONNECTORS: readonly ConnectorDeclaration[] = [
  consoleSink,
  elasticsearchSink,
  fileSink,
  httpSink,
  postgresSink,
  s3Sink,
  splunkSink,
  datagenSource,
  elasticsearchSource,
  fileSource,
  httpPollSource,
  httpSource,
  postgresSource,
  splunkHecSource,
  syslogSource,
]
