-- Flights with the state that they leave from; those of Louisiana and California as streams of their own; delays per state.
SET 'auto.offset.reset' = 'earliest';

CREATE TABLE airports (
    iata STRING PRIMARY KEY,
    name STRING,
    city STRING,
    state STRING,
    country STRING,
    latitude DOUBLE,
    longitude DOUBLE
  ) WITH (kafka_topic = 'la-ca-airports', value_format = 'JSON', partitions = 4);

-- A flight's time is the one in its column, not the time at which it was written.
CREATE STREAM flights (
    date STRING,
    delay INT,
    distance INT,
    origin STRING,
    destination STRING
  ) WITH (kafka_topic = 'la-ca-flights', value_format = 'JSON', partitions = 4,
          timestamp = 'date', timestamp_format = 'yyyy/MM/dd HH:mm');

-- What is made of the flights carries their time, the year 2001, so it must not be deleted for its age.
CREATE STREAM departures WITH (kafka_topic = 'la-ca-departures', retention_ms = -1) AS
  SELECT f.origin AS origin, a.name AS airport, a.city AS city, a.state AS state,
         f.date AS departed, f.destination AS destination, f.delay AS delay, f.distance AS distance
  FROM flights f
  JOIN airports a ON f.origin = a.iata;

CREATE STREAM la_departures WITH (kafka_topic = 'la-departures', retention_ms = -1) AS
  SELECT origin, city, departed, destination, delay FROM departures WHERE state = 'LA';

CREATE STREAM ca_departures WITH (kafka_topic = 'ca-departures', retention_ms = -1) AS
  SELECT origin, city, departed, destination, delay FROM departures WHERE state = 'CA';

CREATE TABLE delays_per_state WITH (kafka_topic = 'delays-per-state') AS
  SELECT state,
         COUNT(*) AS flights,
         SUM(CASE WHEN delay > 15 THEN 1 ELSE 0 END) AS late,
         SUM(delay) AS total_delay,
         AVG(delay) AS average_delay,
         MAX(delay) AS worst_delay,
         FORMAT_TIMESTAMP(FROM_UNIXTIME(MAX(ROWTIME)), 'yyyy-MM-dd HH:mm') AS last_departure
  FROM departures
  GROUP BY state;
