-- Ride requests per area and minute, with a flag where demand surges.
SET 'auto.offset.reset' = 'earliest';

-- The feed is of one fixed day, so it must not be deleted for its age.
CREATE STREAM requests (
    area STRING KEY,
    rider STRING,
    seats INT
  ) WITH (kafka_topic = 'rides-requests', value_format = 'JSON', partitions = 4, retention_ms = -1);

-- A request that comes up to 30 seconds after its minute's end still counts; what is later does not. Minutes can be asked for during a day.
CREATE TABLE requests_per_minute WITH (kafka_topic = 'rides-per-minute') AS
  SELECT area,
         COUNT(*) AS requests,
         SUM(seats) AS seats,
         CASE WHEN COUNT(*) >= 12 THEN TRUE ELSE FALSE END AS surge
  FROM requests
  WINDOW TUMBLING (SIZE 1 MINUTE, RETENTION 1 DAY, GRACE PERIOD 30 SECONDS)
  GROUP BY area;

-- Only the minutes that surge, as a table of their own: what subscribers of prices read.
CREATE TABLE surges WITH (kafka_topic = 'rides-surges') AS
  SELECT area, COUNT(*) AS requests
  FROM requests
  WINDOW TUMBLING (SIZE 1 MINUTE, RETENTION 1 DAY, GRACE PERIOD 30 SECONDS)
  GROUP BY area
  HAVING COUNT(*) >= 12;
