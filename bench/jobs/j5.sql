-- Join of a stream with a table, with a repartition of the stream.
CREATE STREAM j5 WITH (KAFKA_TOPIC='${OUT}') AS
  SELECT u.city AS k2, AS_VALUE(u.city) AS city, u.userid AS userid, u.ts AS ts, c.region AS region, c.population AS population
  FROM users u JOIN cities c ON u.city = c.city EMIT CHANGES;
