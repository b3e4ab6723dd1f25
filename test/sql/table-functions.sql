--@test: EXPLODE gives a row for each element
CREATE STREAM s (id INT KEY, v ARRAY<INT>) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, EXPLODE(v) AS one FROM s;
INSERT INTO s VALUES (1, ARRAY[4, 5]), (2, NULL);
ASSERT ROWS t VALUES (1, 4), (1, 5);

--@test: two table functions run side by side
CREATE STREAM s (id INT KEY, a ARRAY<INT>, b ARRAY<STRING>) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, EXPLODE(a) AS x, EXPLODE(b) AS y FROM s;
INSERT INTO s VALUES (1, ARRAY[1, 2, 3], ARRAY['p', 'q']);
ASSERT ROWS t VALUES (1, 1, 'p'), (1, 2, 'q'), (1, 3, NULL);

--@test: a table function inside an aggregate's input
CREATE STREAM s (id INT KEY, words STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM each_word AS SELECT id, EXPLODE(SPLIT(words, ' ')) AS word FROM s;
CREATE TABLE counts AS SELECT word, COUNT(*) AS n FROM each_word GROUP BY word;
INSERT INTO s VALUES (1, 'to be or not to be');
ASSERT ROWS counts VALUES ('to', 2), ('be', 2), ('or', 1), ('not', 1);

--@test: CUBE_EXPLODE gives all combinations
CREATE STREAM s (id INT KEY, a INT, b INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, CUBE_EXPLODE(ARRAY[a, b]) AS c FROM s;
INSERT INTO s VALUES (1, 7, 8);
ASSERT ROWS t VALUES (1, ARRAY[CAST(NULL AS INT), CAST(NULL AS INT)]), (1, ARRAY[CAST(NULL AS INT), 8]), (1, ARRAY[7, CAST(NULL AS INT)]), (1, ARRAY[7, 8]);

--@test: a filter looks at the row before it is exploded
CREATE STREAM s (id INT KEY, v ARRAY<INT>) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, EXPLODE(v) AS one FROM s WHERE ARRAY_LENGTH(v) > 1;
INSERT INTO s VALUES (1, ARRAY[4]), (2, ARRAY[5, 6]);
ASSERT ROWS t VALUES (2, 5), (2, 6);

--@test: table functions are for streams
--@expected.error: io.confluent.ksql.util.KsqlException
CREATE TABLE s (id INT PRIMARY KEY, v ARRAY<INT>) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT id, EXPLODE(v) AS one FROM s;
