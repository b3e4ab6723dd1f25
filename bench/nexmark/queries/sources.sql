-- The events of Nexmark, a topic for each kind. Times are epoch milliseconds, and the time of a record is that of its event.
CREATE STREAM person (id BIGINT, name STRING, emailAddress STRING, creditCard STRING, city STRING, state STRING, dateTime BIGINT, extra STRING)
  WITH (kafka_topic='nexmark-person', value_format='JSON', timestamp='dateTime');
CREATE STREAM auction (id BIGINT, itemName STRING, description STRING, initialBid BIGINT, reserve BIGINT, dateTime BIGINT, expires BIGINT, seller BIGINT, category BIGINT, extra STRING)
  WITH (kafka_topic='nexmark-auction', value_format='JSON', timestamp='dateTime');
CREATE STREAM bid (auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, dateTime BIGINT, extra STRING)
  WITH (kafka_topic='nexmark-bid', value_format='JSON', timestamp='dateTime');
-- The bounded side input of q13.
CREATE TABLE side_input (id BIGINT PRIMARY KEY, content STRING)
  WITH (kafka_topic='nexmark-side-input', value_format='JSON', key_format='JSON');
