-- Count and sum in windows of a minute, with a repartition.
CREATE TABLE j4 WITH (KAFKA_TOPIC='${OUT}') AS
  SELECT state, AS_VALUE(state) AS st, WINDOWSTART AS ws, COUNT(*) AS cnt, SUM(bytes) AS total
  FROM users WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY state EMIT CHANGES;
