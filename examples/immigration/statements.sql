-- Travellers at the border, a watch list that changes while they pass, and an alert for each of them who is on the list at that moment.
CREATE TABLE watch_list (
    passport STRING PRIMARY KEY,
    reason STRING
  ) WITH (kafka_topic = 'immigration-watch-list', value_format = 'JSON', partitions = 1);

CREATE STREAM crossings (
    passport STRING KEY,
    crossing INT,
    name STRING,
    airport STRING,
    gate INT
  ) WITH (kafka_topic = 'immigration-crossings', value_format = 'JSON', partitions = 1);

-- An alert leaves at once, not with the next commit: after a crash it may come twice, which is better than late.
SET 'processing.guarantee' = 'at_least_once';
SET 'auto.offset.reset' = 'earliest';

CREATE STREAM alerts WITH (kafka_topic = 'immigration-alerts') AS
  SELECT c.passport AS passport, c.crossing AS crossing, c.name AS name, c.airport AS airport, c.gate AS gate, w.reason AS reason
  FROM crossings c
  JOIN watch_list w ON c.passport = w.passport;
