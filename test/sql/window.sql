--@test: tumbling windows begin at multiples of their size
CREATE STREAM s (id INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT id, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY id;
INSERT INTO s (rowtime, id, v) VALUES (0, 1, 1), (9999, 1, 1), (10000, 1, 1);
ASSERT ROWS t (id, windowstart, windowend, n) VALUES (1, 0, 10000, 2), (1, 10000, 20000, 1);

--@test: hopping windows overlap
CREATE STREAM s (id INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT id, COUNT(*) AS n FROM s WINDOW HOPPING (SIZE 20 SECONDS, ADVANCE BY 10 SECONDS) GROUP BY id;
INSERT INTO s (rowtime, id, v) VALUES (15000, 1, 1), (25000, 1, 1);
ASSERT ROWS t (windowstart, n) VALUES (0, 1), (10000, 2), (20000, 1);

--@test: a session grows with each record and merges with its neighbour
CREATE STREAM s (id INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT id, COUNT(*) AS n FROM s WINDOW SESSION (10 SECONDS) GROUP BY id;
INSERT INTO s (rowtime, id, v) VALUES (0, 1, 1), (15000, 1, 1);
ASSERT ROWS t (windowstart, windowend, n) VALUES (0, 0, 1), (15000, 15000, 1);
INSERT INTO s (rowtime, id, v) VALUES (8000, 1, 1);
ASSERT ROWS t (windowstart, windowend, n) VALUES (0, 15000, 3);

--@test: a record later than the grace period is dropped
CREATE STREAM s (id INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT id, COUNT(*) AS n FROM s
  WINDOW TUMBLING (SIZE 10 SECONDS, GRACE PERIOD 5 SECONDS) GROUP BY id;
INSERT INTO s (rowtime, id, v) VALUES (1000, 1, 1), (14000, 1, 1), (2000, 1, 1), (15000, 1, 1), (3000, 1, 1);
ASSERT ROWS t (windowstart, n) VALUES (0, 2), (10000, 2);

--@test: EMIT FINAL gives each window once, when it has closed
CREATE STREAM s (id INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT id, SUM(v) AS total FROM s
  WINDOW TUMBLING (SIZE 10 SECONDS, GRACE PERIOD 0 SECONDS) GROUP BY id EMIT FINAL;
INSERT INTO s (rowtime, id, v) VALUES (1000, 1, 1), (2000, 1, 2);
ASSERT NO ROWS t;
INSERT INTO s (rowtime, id, v) VALUES (10000, 1, 4);
ASSERT VALUES t (windowstart, total) VALUES (0, 3);

--@test: the bounds of a window are columns
CREATE STREAM s (id INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT id, WINDOWSTART AS opened, WINDOWEND AS closed, COUNT(*) AS n FROM s
  WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY id;
INSERT INTO s (rowtime, id, v) VALUES (12345, 1, 1);
ASSERT VALUES t (opened, closed, n) VALUES (10000, 20000, 1);

--@test: windows need an aggregate
--@expected.error: io.confluent.ksql.util.KsqlException
CREATE STREAM s (id INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, v FROM s WINDOW TUMBLING (SIZE 10 SECONDS);

--@test: windows of processing time count records by the clock
CREATE STREAM s (id INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT id, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 10 SECONDS, PROCESSING TIME) GROUP BY id;
INSERT INTO s (rowtime, id, v) VALUES (99000, 1, 1), (55000, 1, 1);
ADVANCE TIME BY 12 SECONDS;
INSERT INTO s (rowtime, id, v) VALUES (1000, 1, 1);
ASSERT ROWS t (windowstart, n) VALUES (0, 2), (10000, 1);

--@test: windows of CUMULATE grow by the step
CREATE STREAM s (id INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT id, SUM(v) AS total FROM s WINDOW CUMULATE (SIZE 20 SECONDS, STEP 10 SECONDS) GROUP BY id;
INSERT INTO s (rowtime, id, v) VALUES (1000, 1, 1), (12000, 1, 2), (20000, 1, 4);
ASSERT ROWS t (windowstart, windowend, total) VALUES (0, 10000, 1), (0, 20000, 3), (20000, 30000, 4), (20000, 40000, 4);
