-- Pass-through: nine tenths of the records, all nine fields.
CREATE STREAM j7 WITH (KAFKA_TOPIC='${OUT}') AS
  SELECT * FROM users WHERE state <> 'GA' EMIT CHANGES;
