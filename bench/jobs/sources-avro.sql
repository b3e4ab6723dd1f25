-- The topic of the jobs that also run over Avro: the records of users, by the schema that the first statement registers.
CREATE STREAM users (k STRING KEY, userid STRING, name STRING, state STRING, city STRING, ts BIGINT, ip STRING, kind STRING, bytes INT, payload STRING)
  WITH (KAFKA_TOPIC='users-avro', KEY_FORMAT='KAFKA', VALUE_FORMAT='AVRO');
