--@test: JSON keeps every type
CREATE STREAM s (id INT KEY, b BOOLEAN, i INT, l BIGINT, d DOUBLE, c DECIMAL(6, 3), t STRING, x BYTES, da DATE, ti TIME, ts TIMESTAMP)
  WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT * FROM s;
INSERT INTO s VALUES (1, true, -5, 9007199254740993, 1.5E-7, 123.456, 'ä', 'AQI=', '2024-02-29', '23:59:59', '2024-02-29T23:59:59.123');
ASSERT VALUES t VALUES
  (1, true, -5, 9007199254740993, 1.5E-7, 123.456, 'ä', 'AQI=', '2024-02-29', '23:59:59', '2024-02-29T23:59:59.123');

--@test: AVRO keeps nested values
CREATE STREAM s (id INT KEY, a ARRAY<STRUCT<x INT, y STRING>>, m MAP<STRING, DOUBLE>) WITH (kafka_topic='s', value_format='AVRO');
CREATE STREAM t AS SELECT * FROM s;
INSERT INTO s VALUES (1, ARRAY[STRUCT(x := 1, y := 'p'), STRUCT(x := 2, y := CAST(NULL AS STRING))], MAP('k' := 0.5));
ASSERT VALUES t VALUES (1, ARRAY[STRUCT(x := 1, y := 'p'), STRUCT(x := 2, y := CAST(NULL AS STRING))], MAP('k' := 0.5));

--@test: PROTOBUF reads what it wrote
CREATE STREAM s (id INT KEY, v INT, t STRING, n STRUCT<x BIGINT>) WITH (kafka_topic='s', value_format='PROTOBUF');
CREATE STREAM t AS SELECT id, v + 1 AS v, t, n FROM s;
INSERT INTO s VALUES (1, 2, 'x', STRUCT(x := 3));
ASSERT VALUES t VALUES (1, 3, 'x', STRUCT(x := 3));

--@test: a stream changes its format
CREATE STREAM s (id INT KEY, a INT, b STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM avro WITH (value_format='AVRO') AS SELECT * FROM s;
CREATE STREAM back WITH (value_format='DELIMITED') AS SELECT * FROM avro;
ASSERT STREAM back WITH (value_format='DELIMITED');
INSERT INTO s VALUES (1, 2, 'x');
ASSERT VALUES back VALUES (1, 2, 'x');

--@test: DELIMITED with a character of its own
CREATE STREAM s (id INT KEY, a STRING, b STRING) WITH (kafka_topic='s', value_format='DELIMITED', value_delimiter='|');
CREATE STREAM raw (line STRING) WITH (kafka_topic='s', value_format='KAFKA');
INSERT INTO s VALUES (1, 'x', 'y');
ASSERT VALUES raw (line) VALUES ('x|y');

--@test: a single column without a wrapper
CREATE STREAM s (id INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON', wrap_single_value=false);
CREATE STREAM raw (line STRING) WITH (kafka_topic='s', value_format='KAFKA');
INSERT INTO s VALUES (1, 42);
ASSERT VALUES raw (line) VALUES ('42');
ASSERT STREAM s WITH (wrap_single_value=false);

--@test: columns come from the schema in the registry
CREATE STREAM s (id INT KEY, a INT, b STRING) WITH (kafka_topic='s', value_format='AVRO');
CREATE STREAM t AS SELECT * FROM s;
CREATE STREAM inferred (id INT KEY) WITH (kafka_topic='T', value_format='AVRO');
ASSERT STREAM inferred (id INT KEY, a INT, b STRING);
INSERT INTO s VALUES (1, 2, 'x');
ASSERT VALUES inferred VALUES (1, 2, 'x');

--@test: a record that cannot be read is logged and passed over
CREATE STREAM lines (id INT KEY, line STRING) WITH (kafka_topic='lines', value_format='KAFKA');
CREATE STREAM s (id INT KEY, v INT) WITH (kafka_topic='lines', value_format='JSON');
CREATE STREAM t AS SELECT * FROM s;
INSERT INTO lines VALUES (1, '{"V": 1}'), (2, 'no JSON'), (3, '{"V": 3}');
ASSERT ROWS t VALUES (1, 1), (3, 3);
ASSERT ERROR 'JSON';

--@test: field names of JSON in any case
CREATE STREAM lines (id INT KEY, line STRING) WITH (kafka_topic='lines', value_format='KAFKA');
CREATE STREAM s (id INT KEY, userName STRING) WITH (kafka_topic='lines', value_format='JSON');
CREATE STREAM t AS SELECT * FROM s;
INSERT INTO lines VALUES (1, '{"userName": "ann"}'), (2, '{"USERNAME": "bob"}');
ASSERT ROWS t VALUES (1, 'ann'), (2, 'bob');

--@test: an unknown format is refused
--@expected.error: io.confluent.ksql.util.KsqlException
CREATE STREAM s (id INT KEY, v INT) WITH (kafka_topic='s', value_format='XML');
