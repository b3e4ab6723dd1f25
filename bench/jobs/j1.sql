-- Filter and project: a tenth of the records, three columns.
CREATE STREAM j1 WITH (KAFKA_TOPIC='${OUT}') AS
  SELECT k, userid, city, payload FROM users WHERE state = 'LA' EMIT CHANGES;
