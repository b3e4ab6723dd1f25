-- Join of two streams.
CREATE STREAM j6 WITH (KAFKA_TOPIC='${OUT}') AS
  SELECT o.k AS k, o.orderid AS orderid, p.paymentid AS paymentid, o.amount AS amount, p.amount AS paid, p.ts - o.ts AS delay
  FROM orders o JOIN payments p WITHIN 10 MINUTES GRACE PERIOD 24 HOURS ON o.k = p.k EMIT CHANGES;
