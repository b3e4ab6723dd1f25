--@test: a filter keeps what its condition holds for
CREATE STREAM logs (host STRING KEY, state STRING, bytes INT) WITH (kafka_topic='logs', value_format='JSON');
CREATE STREAM la AS SELECT * FROM logs WHERE state = 'LA';
INSERT INTO logs VALUES ('a', 'LA', 1), ('b', 'CA', 2), ('c', NULL, 3), ('d', 'LA', NULL);
ASSERT ROWS la VALUES ('a', 'LA', 1), ('d', 'LA', NULL);

--@test: two filters split one stream
CREATE STREAM logs (host STRING KEY, state STRING) WITH (kafka_topic='logs', value_format='JSON');
CREATE STREAM la AS SELECT * FROM logs WHERE state = 'LA';
CREATE STREAM ca AS SELECT * FROM logs WHERE state = 'CA';
INSERT INTO logs VALUES ('a', 'LA'), ('b', 'CA'), ('c', 'NY');
ASSERT ROWS la VALUES ('a', 'LA');
ASSERT ROWS ca VALUES ('b', 'CA');

--@test: NULL is neither equal nor different
CREATE STREAM s (id INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM equal AS SELECT * FROM s WHERE v = 1;
CREATE STREAM different AS SELECT * FROM s WHERE v <> 1;
CREATE STREAM distinct_ AS SELECT * FROM s WHERE v IS DISTINCT FROM 1;
INSERT INTO s VALUES (1, 1), (2, 2), (3, NULL);
ASSERT ROWS equal VALUES (1, 1);
ASSERT ROWS different VALUES (2, 2);
ASSERT ROWS distinct_ VALUES (2, 2), (3, NULL);

--@test: BETWEEN includes both ends
CREATE STREAM s (id INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT * FROM s WHERE v BETWEEN 2 AND 4;
INSERT INTO s VALUES (1, 1), (2, 2), (3, 3), (4, 4), (5, 5);
ASSERT ROWS t (v) VALUES (2), (3), (4);

--@test: IN a list
CREATE STREAM s (id INT KEY, v STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT * FROM s WHERE v IN ('a', 'c');
CREATE STREAM u AS SELECT * FROM s WHERE v NOT IN ('a', 'c');
INSERT INTO s VALUES (1, 'a'), (2, 'b'), (3, 'c');
ASSERT ROWS t (v) VALUES ('a'), ('c');
ASSERT ROWS u (v) VALUES ('b');

--@test: LIKE with both wildcards and an escape
CREATE STREAM s (id INT KEY, v STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM starts AS SELECT * FROM s WHERE v LIKE 'ab%';
CREATE STREAM one AS SELECT * FROM s WHERE v LIKE 'a_c';
CREATE STREAM percent AS SELECT * FROM s WHERE v LIKE '50!%' ESCAPE '!';
INSERT INTO s VALUES (1, 'abc'), (2, 'aXc'), (3, '50%'), (4, '505');
ASSERT ROWS starts (v) VALUES ('abc');
ASSERT ROWS one (v) VALUES ('abc'), ('aXc');
ASSERT ROWS percent (v) VALUES ('50%');

--@test: a table forgets rows that leave the filter
CREATE TABLE users (id INT PRIMARY KEY, state STRING) WITH (kafka_topic='users', value_format='JSON');
CREATE TABLE la AS SELECT * FROM users WHERE state = 'LA';
INSERT INTO users VALUES (1, 'LA'), (2, 'CA'), (1, 'CA'), (2, 'LA');
ASSERT VALUES la VALUES (1, 'LA');
ASSERT NULL VALUES la (id) KEY (1);
ASSERT VALUES la VALUES (2, 'LA');
ASSERT ROWS la VALUES (2, 'LA');

--@test: a condition on the time of the record
CREATE STREAM s (id INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM late AS SELECT * FROM s WHERE rowtime >= 1000;
INSERT INTO s (rowtime, id, v) VALUES (999, 1, 1), (1000, 2, 2);
ASSERT ROWS late VALUES (2, 2);

--@test: a condition that is no BOOLEAN is refused
--@expected.error: io.confluent.ksql.util.KsqlException
CREATE STREAM s (id INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT * FROM s WHERE v + 1;

--@test: an unknown column is refused
--@expected.message: cannot be resolved
CREATE STREAM s (id INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT * FROM s WHERE w = 1;
