-- The topics that all jobs read. k repeats a field of the value: it is what lets j3 and j6 run without a repartition.
CREATE STREAM users (k STRING KEY, userid STRING, name STRING, state STRING, city STRING, ts BIGINT, ip STRING, kind STRING, bytes INT, payload STRING)
  WITH (KAFKA_TOPIC='users', KEY_FORMAT='KAFKA', VALUE_FORMAT='JSON');
CREATE TABLE cities (city STRING PRIMARY KEY, region STRING, population INT)
  WITH (KAFKA_TOPIC='cities', KEY_FORMAT='KAFKA', VALUE_FORMAT='JSON');
CREATE STREAM orders (k STRING KEY, orderid STRING, userid STRING, amount INT, ts BIGINT)
  WITH (KAFKA_TOPIC='orders', KEY_FORMAT='KAFKA', VALUE_FORMAT='JSON');
CREATE STREAM payments (k STRING KEY, paymentid STRING, orderid STRING, amount INT, method STRING, ts BIGINT)
  WITH (KAFKA_TOPIC='payments', KEY_FORMAT='KAFKA', VALUE_FORMAT='JSON');
