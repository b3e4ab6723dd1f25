--@test: COUNT, SUM, MIN, MAX and AVG of a group
CREATE STREAM s (id INT KEY, g STRING, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT g, COUNT(*) AS n, COUNT(v) AS vs, SUM(v) AS total, MIN(v) AS low, MAX(v) AS high, AVG(v) AS mean
  FROM s GROUP BY g;
INSERT INTO s VALUES (1, 'a', 3), (2, 'a', 5), (3, 'b', 7), (4, 'a', NULL);
ASSERT ROWS t VALUES ('a', 3, 2, 8, 3, 5, 4.0), ('b', 1, 1, 7, 7, 7, 7.0);

--@test: a group of NULL is left out
CREATE STREAM s (id INT KEY, g STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT g, COUNT(*) AS n FROM s GROUP BY g;
INSERT INTO s VALUES (1, NULL), (2, 'a');
ASSERT ROWS t VALUES ('a', 1);

--@test: groups of several columns and expressions
CREATE STREAM s (id INT KEY, a STRING, b INT) WITH (kafka_topic='s', value_format='JSON', key_format='JSON');
CREATE TABLE t AS SELECT a, b % 2 AS odd, COUNT(*) AS n FROM s GROUP BY a, b % 2;
INSERT INTO s VALUES (1, 'x', 1), (2, 'x', 3), (3, 'x', 2), (4, 'y', 1);
ASSERT ROWS t VALUES ('x', 1, 2), ('x', 0, 1), ('y', 1, 1);

--@test: HAVING follows the value of its group
CREATE STREAM s (id INT KEY, g STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT g, COUNT(*) AS n FROM s GROUP BY g HAVING COUNT(*) > 1;
INSERT INTO s VALUES (1, 'a'), (2, 'b');
ASSERT NO ROWS t;
INSERT INTO s VALUES (3, 'a');
ASSERT ROWS t VALUES ('a', 2);

--@test: a table's aggregate subtracts what has changed
CREATE TABLE users (id INT PRIMARY KEY, city STRING, age INT) WITH (kafka_topic='users', value_format='JSON');
CREATE TABLE cities AS SELECT city, COUNT(*) AS n, SUM(age) AS ages FROM users GROUP BY city;
INSERT INTO users VALUES (1, 'x', 10), (2, 'x', 20), (3, 'y', 30);
ASSERT ROWS cities VALUES ('x', 2, 30), ('y', 1, 30);
INSERT INTO users VALUES (2, 'y', 25);
ASSERT ROWS cities VALUES ('x', 1, 10), ('y', 2, 55);

--@test: COLLECT_LIST and COLLECT_SET
CREATE STREAM s (id INT KEY, g STRING, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT g, COLLECT_LIST(v) AS l, COLLECT_SET(v) AS d FROM s GROUP BY g;
INSERT INTO s VALUES (1, 'a', 2), (2, 'a', 1), (3, 'a', 2);
ASSERT ROWS t VALUES ('a', ARRAY[2, 1, 2], ARRAY[2, 1]);

--@test: TOPK and TOPKDISTINCT
CREATE STREAM s (id INT KEY, g STRING, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT g, TOPK(v, 2) AS k, TOPKDISTINCT(v, 2) AS d FROM s GROUP BY g;
INSERT INTO s VALUES (1, 'a', 5), (2, 'a', 9), (3, 'a', 9), (4, 'a', 1);
ASSERT ROWS t VALUES ('a', ARRAY[9, 9], ARRAY[9, 5]);

--@test: LATEST_BY_OFFSET and EARLIEST_BY_OFFSET
CREATE STREAM s (id INT KEY, v STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT id, EARLIEST_BY_OFFSET(v) AS first, LATEST_BY_OFFSET(v) AS last FROM s GROUP BY id;
INSERT INTO s VALUES (1, 'a'), (1, 'b'), (1, 'c');
ASSERT ROWS t VALUES (1, 'a', 'c');

--@test: an aggregate over an expression
CREATE STREAM s (id INT KEY, price DECIMAL(9, 2), pieces INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT id, SUM(price * pieces) AS total FROM s GROUP BY id;
INSERT INTO s VALUES (1, 1.25, 2), (1, 0.50, 1);
ASSERT ROWS t VALUES (1, 3.00);

--@test: every record gives a change of its group
CREATE STREAM s (id INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT id, SUM(v) AS total FROM s GROUP BY id;
INSERT INTO s VALUES (1, 1), (1, 2), (1, 3);
ASSERT VALUES t VALUES (1, 1);
ASSERT VALUES t VALUES (1, 3);
ASSERT VALUES t VALUES (1, 6);

--@test: a column that is neither grouped nor aggregated is refused
--@expected.error: io.confluent.ksql.util.KsqlException
CREATE STREAM s (id INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT id, v, COUNT(*) AS n FROM s GROUP BY id;

--@test: an aggregate becomes a table, not a stream
--@expected.error: io.confluent.ksql.util.KsqlException
CREATE STREAM s (id INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, COUNT(*) AS n FROM s GROUP BY id;
