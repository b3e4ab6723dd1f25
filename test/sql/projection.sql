--@test: a star is all columns, in their order
CREATE STREAM s (id INT KEY, a STRING, b INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT * FROM s;
ASSERT STREAM t (id INT KEY, a STRING, b INT) WITH (kafka_topic='T', value_format='JSON');
INSERT INTO s VALUES (1, 'x', 2);
ASSERT VALUES t VALUES (1, 'x', 2);

--@test: columns get names, and without one a number
CREATE STREAM s (id INT KEY, a INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, a + 1, a * 2 AS twice FROM s;
INSERT INTO s VALUES (1, 5);
ASSERT VALUES t (id, ksql_col_0, twice) VALUES (1, 6, 10);

--@test: names in backticks keep their case
CREATE STREAM s (id INT KEY, `lower` INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, `lower` AS `Mixed Case` FROM s;
INSERT INTO s (id, `lower`) VALUES (1, 5);
ASSERT VALUES t (id, `Mixed Case`) VALUES (1, 5);

--@test: CASE with several branches
CREATE STREAM s (id INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, CASE WHEN v < 0 THEN 'negative' WHEN v = 0 THEN 'zero' ELSE 'positive' END AS sign FROM s;
INSERT INTO s VALUES (1, -1), (2, 0), (3, 1), (4, NULL);
ASSERT ROWS t VALUES (1, 'negative'), (2, 'zero'), (3, 'positive'), (4, 'positive');

--@test: CASE without ELSE is NULL
CREATE STREAM s (id INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, CASE WHEN v > 0 THEN v END AS positive FROM s;
INSERT INTO s VALUES (1, -1), (2, 2);
ASSERT ROWS t VALUES (1, NULL), (2, 2);

--@test: the time of the record as a column
CREATE STREAM s (id INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, ROWTIME AS at_time FROM s;
INSERT INTO s (rowtime, id, v) VALUES (1234, 1, 1);
ASSERT VALUES t (rowtime, at_time) VALUES (1234, 1234);

--@test: a column as the time of the record
CREATE STREAM s (id INT KEY, created BIGINT) WITH (kafka_topic='s', value_format='JSON', timestamp='created');
CREATE STREAM t AS SELECT id, created FROM s;
INSERT INTO s VALUES (1, 99000);
ASSERT VALUES t (rowtime, created) VALUES (99000, 99000);

--@test: a text column as the time of the record
CREATE STREAM s (id INT KEY, created STRING)
  WITH (kafka_topic='s', value_format='JSON', timestamp='created', timestamp_format='yyyy-MM-dd HH:mm:ssX');
CREATE STREAM t AS SELECT * FROM s;
INSERT INTO s VALUES (1, '1970-01-01 00:00:05Z');
ASSERT VALUES t (rowtime, id) VALUES (5000, 1);

--@test: a sink with a time of its own
CREATE STREAM s (id INT KEY, v BIGINT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t WITH (timestamp='later') AS SELECT id, v + 1000 AS later FROM s;
INSERT INTO s VALUES (1, 2000);
ASSERT VALUES t (rowtime, later) VALUES (3000, 3000);
ASSERT STREAM t WITH (timestamp='LATER');

--@test: a field of a struct
CREATE STREAM s (id INT KEY, place STRUCT<city STRING, at_zip INT>) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, place->city AS city, place->at_zip + 1 AS next FROM s;
INSERT INTO s VALUES (1, STRUCT(city := 'Oslo', at_zip := 150));
ASSERT VALUES t VALUES (1, 'Oslo', 151);

--@test: elements of arrays and maps
CREATE STREAM s (id INT KEY, a ARRAY<INT>, m MAP<STRING, INT>) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, a[1] AS first, a[-1] AS last, a[9] AS none, m['k'] AS k FROM s;
INSERT INTO s VALUES (1, ARRAY[4, 5, 6], MAP('k' := 7));
ASSERT VALUES t VALUES (1, 4, 6, NULL, 7);

--@test: nested values are made and kept
CREATE STREAM s (id INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, STRUCT(a := v, b := ARRAY[v, v + 1]) AS n, MAP('x' := v) AS m FROM s;
INSERT INTO s VALUES (1, 3);
ASSERT VALUES t VALUES (1, STRUCT(a := 3, b := ARRAY[3, 4]), MAP('x' := 3));

--@test: all fields of a struct
CREATE STREAM s (id INT KEY, p STRUCT<x INT, y INT>) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, p->* FROM s;
INSERT INTO s VALUES (1, STRUCT(x := 2, y := 3));
ASSERT VALUES t (id, x, y) VALUES (1, 2, 3);

--@test: a query without a value column is refused
--@expected.message: no value columns
CREATE STREAM s (id INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id FROM s;

--@test: the key must be selected
--@expected.error: io.confluent.ksql.util.KsqlException
CREATE STREAM s (id INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT v FROM s;

--@test: a header is a column
CREATE STREAM s (id INT KEY, v INT, h BYTES HEADER('trace')) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, v, h FROM s;
INSERT INTO s (id, v) VALUES (1, 2);
ASSERT VALUES t (id, v, h) VALUES (1, 2, NULL);

--@test: arithmetic widens its type
CREATE STREAM s (id INT KEY, i INT, b BIGINT, d DOUBLE, c DECIMAL(5, 2)) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, i + b AS ib, i + d AS id_, i * c AS ic FROM s;
ASSERT STREAM t (id INT KEY, ib BIGINT, id_ DOUBLE, ic DECIMAL(16, 2));
INSERT INTO s VALUES (1, 2, 3, 0.5, 1.25);
ASSERT VALUES t VALUES (1, 5, 2.5, 2.50);

--@test: whole numbers divide to whole numbers
CREATE STREAM s (id INT KEY, a INT, b INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, a / b AS quotient, a % b AS rest FROM s;
INSERT INTO s VALUES (1, 7, 2), (2, -7, 2);
ASSERT ROWS t VALUES (1, 3, 1), (2, -3, -1);

--@test: a division by zero is NULL and logged
CREATE STREAM s (id INT KEY, a INT, b INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, a / b AS quotient FROM s;
INSERT INTO s VALUES (1, 7, 0);
ASSERT VALUES t VALUES (1, NULL);
ASSERT ERROR 'QUOTIENT';

--@test: CAST between numbers and text
CREATE STREAM s (id INT KEY, v STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, CAST(v AS INT) AS i, CAST(v AS DOUBLE) AS d, CAST(CAST(v AS INT) AS STRING) AS back FROM s;
INSERT INTO s VALUES (1, '12');
ASSERT VALUES t VALUES (1, 12, 12.0, '12');
