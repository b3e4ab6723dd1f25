--@test: PARTITION BY makes another column the key
CREATE STREAM s (id INT KEY, city STRING, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT * FROM s PARTITION BY city;
ASSERT STREAM t (city STRING KEY, v INT, id INT);
INSERT INTO s VALUES (1, 'x', 2);
ASSERT VALUES t (city, v, id) VALUES ('x', 2, 1);

--@test: PARTITION BY an expression
CREATE STREAM s (id INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT v % 10 AS last, v, id FROM s PARTITION BY v % 10;
INSERT INTO s VALUES (1, 42);
ASSERT VALUES t (last, v, id) VALUES (2, 42, 1);

--@test: PARTITION BY several columns
CREATE STREAM s (id INT KEY, a STRING, b INT, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t WITH (key_format='JSON') AS SELECT * FROM s PARTITION BY a, b;
INSERT INTO s VALUES (1, 'x', 2, 3);
ASSERT VALUES t (a, b, v, id) VALUES ('x', 2, 3, 1);

--@test: PARTITION BY NULL takes the key away
CREATE STREAM s (id INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT * FROM s PARTITION BY NULL;
INSERT INTO s VALUES (1, 2);
ASSERT VALUES t (v, id) VALUES (2, 1);

--@test: a stream without a key gets one
CREATE STREAM s (city STRING, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT city, COUNT(*) AS n FROM s GROUP BY city;
INSERT INTO s VALUES ('x', 1), ('x', 2), ('y', 1);
ASSERT ROWS t VALUES ('x', 2), ('y', 1);

--@test: the key as a value too
CREATE STREAM s (id INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, AS_VALUE(id) AS copy, v FROM s;
INSERT INTO s VALUES (1, 2);
ASSERT VALUES t VALUES (1, 1, 2);

--@test: a key as JSON
CREATE STREAM s (id STRUCT<a INT, b STRING> KEY, v INT) WITH (kafka_topic='s', format='JSON');
CREATE STREAM t AS SELECT id, id->a AS a, v FROM s;
INSERT INTO s VALUES (STRUCT(a := 1, b := 'x'), 2);
ASSERT VALUES t VALUES (STRUCT(a := 1, b := 'x'), 1, 2);

--@test: a table needs a primary key
--@expected.error: io.confluent.ksql.util.KsqlException
--@expected.message: PRIMARY KEY
CREATE TABLE t (id INT, v INT) WITH (kafka_topic='t', value_format='JSON');

--@test: KEY belongs to streams
--@expected.error: io.confluent.ksql.util.KsqlException
CREATE TABLE t (id INT KEY, v INT) WITH (kafka_topic='t', value_format='JSON');

--@test: a row of a table without its key is refused
--@expected.message: primary key
CREATE TABLE t (id INT PRIMARY KEY, v INT) WITH (kafka_topic='t', value_format='JSON');
INSERT INTO t (v) VALUES (1);

--@test: PARTITION BY is for streams
--@expected.error: io.confluent.ksql.util.KsqlException
CREATE TABLE t (id INT PRIMARY KEY, v INT) WITH (kafka_topic='t', value_format='JSON');
CREATE TABLE u AS SELECT * FROM t PARTITION BY v;
