--@test: a stream is enriched by a table, as it is at that moment
CREATE TABLE users (id INT PRIMARY KEY, name STRING) WITH (kafka_topic='users', value_format='JSON');
CREATE STREAM clicks (id INT KEY, page STRING) WITH (kafka_topic='clicks', value_format='JSON');
CREATE STREAM named AS SELECT c.id AS id, page, name FROM clicks c LEFT JOIN users u ON c.id = u.id;
INSERT INTO clicks VALUES (1, 'a');
INSERT INTO users VALUES (1, 'ann');
INSERT INTO clicks VALUES (1, 'b');
INSERT INTO users VALUES (1, 'bea');
INSERT INTO clicks VALUES (1, 'c');
ASSERT ROWS named VALUES (1, 'a', NULL), (1, 'b', 'ann'), (1, 'c', 'bea');

--@test: an inner join leaves out what has no partner
CREATE TABLE users (id INT PRIMARY KEY, name STRING) WITH (kafka_topic='users', value_format='JSON');
CREATE STREAM clicks (id INT KEY, page STRING) WITH (kafka_topic='clicks', value_format='JSON');
CREATE STREAM named AS SELECT c.id AS id, page, name FROM clicks c JOIN users u ON c.id = u.id;
INSERT INTO users VALUES (1, 'ann');
INSERT INTO clicks VALUES (1, 'a'), (2, 'b');
ASSERT ROWS named VALUES (1, 'a', 'ann');

--@test: two streams meet within a time
CREATE STREAM orders (id INT KEY, item STRING) WITH (kafka_topic='orders', value_format='JSON');
CREATE STREAM payments (id INT KEY, cents INT) WITH (kafka_topic='payments', value_format='JSON');
CREATE STREAM paid AS SELECT o.id AS id, item, cents FROM orders o JOIN payments p WITHIN 10 SECONDS ON o.id = p.id;
INSERT INTO orders (rowtime, id, item) VALUES (1000, 1, 'pen'), (1000, 2, 'ink');
INSERT INTO payments (rowtime, id, cents) VALUES (11000, 1, 100), (11001, 2, 200);
ASSERT ROWS paid VALUES (1, 'pen', 100);

--@test: two tables, row by row
CREATE TABLE a (id INT PRIMARY KEY, x STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b (id INT PRIMARY KEY, y STRING) WITH (kafka_topic='b', value_format='JSON');
CREATE TABLE c AS SELECT a.id AS id, x, y FROM a JOIN b ON a.id = b.id;
INSERT INTO a VALUES (1, 'p'), (2, 'q');
INSERT INTO b VALUES (1, 'r');
ASSERT ROWS c VALUES (1, 'p', 'r');
INSERT INTO a VALUES (1, 'P');
ASSERT ROWS c VALUES (1, 'P', 'r');

--@test: a full outer join of tables
CREATE TABLE a (id INT PRIMARY KEY, x STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b (id INT PRIMARY KEY, y STRING) WITH (kafka_topic='b', value_format='JSON');
CREATE TABLE c AS SELECT ROWKEY AS id, x, y FROM a FULL OUTER JOIN b ON a.id = b.id;
INSERT INTO a VALUES (1, 'p'), (2, 'q');
INSERT INTO b VALUES (2, 'r'), (3, 's');
ASSERT ROWS c VALUES (1, 'p', NULL), (2, 'q', 'r'), (3, NULL, 's');

--@test: a foreign key follows both tables
CREATE TABLE orders (id INT PRIMARY KEY, customer INT) WITH (kafka_topic='orders', value_format='JSON');
CREATE TABLE customers (id INT PRIMARY KEY, name STRING) WITH (kafka_topic='customers', value_format='JSON');
CREATE TABLE named AS SELECT o.id AS id, name FROM orders o JOIN customers c ON o.customer = c.id;
INSERT INTO customers VALUES (7, 'ann'), (8, 'bob');
INSERT INTO orders VALUES (1, 7), (2, 7), (3, 8);
ASSERT ROWS named VALUES (1, 'ann'), (2, 'ann'), (3, 'bob');
INSERT INTO customers VALUES (7, 'Ann');
INSERT INTO orders VALUES (3, 7);
ASSERT ROWS named VALUES (1, 'Ann'), (2, 'Ann'), (3, 'Ann');

--@test: a join of streams without WITHIN is refused
--@expected.error: io.confluent.ksql.util.KsqlException
CREATE STREAM a (id INT KEY, x STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, y STRING) WITH (kafka_topic='b', value_format='JSON');
CREATE STREAM c AS SELECT a.id AS id, x, y FROM a JOIN b ON a.id = b.id;
