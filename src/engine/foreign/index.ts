/** The table of connector classes of Kafka Connect that have an equivalent. */
import { debeziumPostgres } from './debezium-postgres.ts'
import { elasticsearch } from './elasticsearch.ts'
import { fileStreamSink, fileStreamSource } from './file-stream.ts'
import { http } from './http.ts'
import { confluentJdbc, debeziumJdbc } from './jdbc.ts'
import type { ForeignClass } from './rules.ts'
import { s3 } from './s3.ts'
import { splunk } from './splunk.ts'

export const FOREIGN_CLASSES: readonly ForeignClass[] = [
  confluentJdbc,
  debeziumJdbc,
  debeziumPostgres,
  elasticsearch,
  fileStreamSink,
  fileStreamSource,
  http,
  s3,
  splunk,
]
