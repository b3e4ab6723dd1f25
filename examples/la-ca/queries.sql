SET 'auto.offset.reset' = 'earliest';

-- Louisiana: a pull query by key
SELECT * FROM delays_per_state WHERE state = 'LA';

-- Louisiana and California: a pull query by two keys
SELECT state, flights, late, average_delay FROM delays_per_state WHERE state IN ('LA', 'CA');

-- States with more than 1,000 departures: a pull query that scans the table
SELECT state, flights, total_delay, worst_delay FROM delays_per_state WHERE flights > 1000;

-- Louisiana's worst days: a pull query over a stream
SELECT origin, departed, destination, delay FROM la_departures WHERE delay >= 120;

-- Five late departures from California as they come: a push query
SELECT origin, city, departed, destination, delay FROM ca_departures WHERE delay >= 60 EMIT CHANGES LIMIT 5;
