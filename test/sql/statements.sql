--@test: INSERT INTO joins two streams into one
CREATE STREAM a (id INT KEY, v INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, v INT) WITH (kafka_topic='b', value_format='JSON');
CREATE STREAM all_ AS SELECT * FROM a;
INSERT INTO all_ SELECT * FROM b;
INSERT INTO a VALUES (1, 1);
INSERT INTO b VALUES (2, 2);
ASSERT ROWS all_ VALUES (1, 1), (2, 2);

--@test: INSERT INTO wants the same columns
--@expected.error: io.confluent.ksql.util.KsqlException
CREATE STREAM a (id INT KEY, v INT) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, v STRING) WITH (kafka_topic='b', value_format='JSON');
INSERT INTO a SELECT * FROM b;

--@test: columns that an insert leaves out are NULL
CREATE STREAM s (id INT KEY, a INT, b STRING) WITH (kafka_topic='s', value_format='JSON');
INSERT INTO s (id, b) VALUES (1, 'x');
ASSERT VALUES s VALUES (1, NULL, 'x');

--@test: an insert converts numbers and times
CREATE STREAM s (id BIGINT KEY, d DOUBLE, c DECIMAL(4, 1), at_time TIMESTAMP, day DATE) WITH (kafka_topic='s', value_format='JSON');
INSERT INTO s VALUES (1, 2, 3, '2024-05-06T07:08:09', '2024-05-06');
ASSERT VALUES s VALUES (1, 2.0, 3.0, '2024-05-06T07:08:09.000', '2024-05-06');

--@test: an insert of a wrong type is refused
--@expected.message: Expected type INTEGER for field V
CREATE STREAM s (id INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
INSERT INTO s VALUES (1, 'one');

--@test: a custom type stands for its definition
CREATE TYPE address AS STRUCT<city STRING, zip INT>;
CREATE STREAM s (id INT KEY, home address) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, home->city AS city FROM s;
ASSERT STREAM s (id INT KEY, home STRUCT<city STRING, zip INT>);
INSERT INTO s VALUES (1, STRUCT(city := 'Oslo', zip := 150));
ASSERT VALUES t VALUES (1, 'Oslo');

--@test: a dropped type is gone
--@expected.error: io.confluent.ksql.util.KsqlException
CREATE TYPE address AS STRUCT<city STRING, zip INT>;
DROP TYPE address;
CREATE STREAM s (id INT KEY, home address) WITH (kafka_topic='s', value_format='JSON');

--@test: ALTER adds a column
CREATE STREAM s (id INT KEY, a INT) WITH (kafka_topic='s', value_format='JSON');
ALTER STREAM s ADD COLUMN b STRING;
ASSERT STREAM s (id INT KEY, a INT, b STRING);
INSERT INTO s VALUES (1, 2, 'x');
ASSERT VALUES s VALUES (1, 2, 'x');

--@test: ALTER does not add a column twice
--@expected.error: io.confluent.ksql.util.KsqlException
CREATE STREAM s (id INT KEY, a INT) WITH (kafka_topic='s', value_format='JSON');
ALTER STREAM s ADD COLUMN a INT;

--@test: CREATE OR REPLACE changes a filter while the query runs
CREATE STREAM s (id INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT * FROM s WHERE v > 10;
INSERT INTO s VALUES (1, 5), (2, 15);
CREATE OR REPLACE STREAM t AS SELECT * FROM s WHERE v > 1;
INSERT INTO s VALUES (3, 5);
ASSERT ROWS t VALUES (2, 15), (3, 5);

--@test: CREATE OR REPLACE adds a column
CREATE STREAM s (id INT KEY, v INT, w INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, v FROM s;
CREATE OR REPLACE STREAM t AS SELECT id, v, w FROM s;
INSERT INTO s VALUES (1, 2, 3);
ASSERT VALUES t VALUES (1, 2, 3);

--@test: a name is taken only once
--@expected.message: already exists
CREATE STREAM s (id INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM s (id INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON');

--@test: IF NOT EXISTS leaves what is there
CREATE STREAM s (id INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM IF NOT EXISTS s (id INT KEY, other STRING) WITH (kafka_topic='s', value_format='JSON');
ASSERT STREAM s (id INT KEY, v INT);

--@test: what others read is not dropped
--@expected.error: io.confluent.ksql.util.KsqlException
CREATE STREAM s (id INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT * FROM s;
DROP STREAM s;

--@test: a dropped query writes nothing more
CREATE STREAM s (id INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT * FROM s;
INSERT INTO s VALUES (1, 1);
DROP STREAM t;
INSERT INTO s VALUES (2, 2);
CREATE STREAM seen (id INT KEY, v INT) WITH (kafka_topic='T', value_format='JSON');
ASSERT ROWS seen VALUES (1, 1);

--@test: variables stand for names and values
DEFINE source = 's';
DEFINE least = '10';
CREATE STREAM ${source} (id INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT * FROM ${source} WHERE v > ${least};
INSERT INTO s VALUES (1, 5), (2, 15);
ASSERT ROWS t VALUES (2, 15);

--@test: a query reads from the earliest record where it is set to
CREATE STREAM s (id INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
INSERT INTO s VALUES (1, 1);
CREATE STREAM later AS SELECT * FROM s;
SET 'auto.offset.reset' = 'earliest';
CREATE STREAM earlier AS SELECT * FROM s;
UNSET 'auto.offset.reset';
INSERT INTO s VALUES (2, 2);
ASSERT ROWS later VALUES (2, 2);
ASSERT ROWS earlier VALUES (1, 1), (2, 2);

--@test: a source table cannot be written
--@expected.message: read-only
CREATE SOURCE TABLE t (id INT PRIMARY KEY, v INT) WITH (kafka_topic='t', value_format='JSON');
INSERT INTO t VALUES (1, 1);

--@test: statements that do not parse name the place
--@expected.error: io.confluent.ksql.parser.exception.ParseFailedException
--@expected.message: Did you mean STREAM instead of STEAM?
CREATE STEAM s (id INT KEY) WITH (kafka_topic='s', value_format='JSON');
