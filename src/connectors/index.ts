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
import { fileSource } from './sources/file-source.ts'

export const CONNECTORS: readonly ConnectorDeclaration[] = [
  consoleSink,
  elasticsearchSink,
  fileSink,
  httpSink,
  postgresSink,
  s3Sink,
  splunkSink,
  datagenSource,
  fileSource,
]
