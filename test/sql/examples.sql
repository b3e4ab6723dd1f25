--@test: la-ca: departures get the state of their airport
RUN SCRIPT '../../examples/la-ca/statements.sql';
INSERT INTO airports (iata, name, city, state) VALUES ('LAX', 'Los Angeles Intl', 'Los Angeles', 'CA'), ('MSY', 'New Orleans Intl', 'New Orleans', 'LA');
INSERT INTO flights VALUES ('2001/01/14 21:55', -4, 480, 'LAX', 'SMF'), ('2001/01/14 22:00', 20, 300, 'MSY', 'DFW'), ('2001/01/14 23:00', 0, 1, 'XXX', 'YYY');
ASSERT ROWS ca_departures VALUES ('LAX', 'Los Angeles', '2001/01/14 21:55', 'SMF', -4);
ASSERT ROWS la_departures VALUES ('MSY', 'New Orleans', '2001/01/14 22:00', 'DFW', 20);
ASSERT ROWS delays_per_state (state, flights, late, last_departure) VALUES ('CA', 1, 0, '2001-01-14 21:55'), ('LA', 1, 1, '2001-01-14 22:00');

--@test: la-ca: the tables behind a mock of the departures
MOCK departures (rowtime, origin, state, delay) AS VALUES (1000, 'LAX', 'CA', 30), (2000, 'SFO', 'CA', 0);
RUN SCRIPT '../../examples/la-ca/statements.sql';
ASSERT ROWS delays_per_state (state, flights, late, average_delay, worst_delay) VALUES ('CA', 2, 1, 15.0, 30);

--@test: rides: twelve requests of a minute are a surge
RUN SCRIPT '../../examples/rides/statements.sql';
INSERT INTO requests (rowtime, area, rider, seats) VALUES
  (1000, 'Soho', 'a', 1), (2000, 'Soho', 'b', 1), (3000, 'Soho', 'c', 1), (4000, 'Soho', 'd', 1), (5000, 'Soho', 'e', 1), (6000, 'Soho', 'f', 1),
  (7000, 'Soho', 'g', 1), (8000, 'Soho', 'h', 1), (9000, 'Soho', 'i', 1), (10000, 'Soho', 'j', 1), (11000, 'Soho', 'k', 1);
ASSERT NO ROWS surges;
INSERT INTO requests (rowtime, area, rider, seats) VALUES (59999, 'Soho', 'l', 3), (60000, 'Soho', 'm', 1);
ASSERT ROWS surges (area, windowstart, requests) VALUES ('Soho', 0, 12);
ASSERT ROWS requests_per_minute (windowstart, requests, seats, surge) VALUES (0, 12, 14, true), (60000, 1, 1, false);

--@test: rides: what is later than the grace period does not count
RUN SCRIPT '../../examples/rides/statements.sql';
INSERT INTO requests (rowtime, area, seats) VALUES (1000, 'Soho', 1), (89999, 'Soho', 1), (2000, 'Soho', 1), (90000, 'Soho', 1), (3000, 'Soho', 1);
ASSERT ROWS requests_per_minute (windowstart, requests) VALUES (0, 2), (60000, 2);

--@test: trains: the next two to each destination
RUN SCRIPT '../../examples/trains/statements.sql';
INSERT INTO positions (rowtime, train, destination, near, minutes_left) VALUES
  (0, 'T1', 'Oslo', 'Hamar', 30), (0, 'T2', 'Oslo', 'Moss', 10), (0, 'T3', 'Oslo', 'Bergen', 50);
ASSERT ROWS next_trains VALUES ('Oslo', '1970-01-01 00:10 T2 near Moss', '1970-01-01 00:30 T1 near Hamar', 3, 3);

--@test: trains: one that has arrived leaves the list
RUN SCRIPT '../../examples/trains/statements.sql';
INSERT INTO positions (rowtime, train, destination, near, minutes_left) VALUES (0, 'T1', 'Oslo', 'Hamar', 30), (0, 'T2', 'Oslo', 'Moss', 10);
INSERT INTO positions (rowtime, train, destination, near, minutes_left) VALUES (600000, 'T2', 'Oslo', 'Oslo', 0);
ASSERT ROWS next_trains (destination, next_train, train_after, trains_on_the_way) VALUES ('Oslo', '1970-01-01 00:30 T1 near Hamar', NULL, 1);

--@test: logs: routed by state and kind
CREATE STREAM logs (userid STRING KEY, state STRING, kind STRING, payload STRING) WITH (kafka_topic='logs', value_format='JSON');
CREATE STREAM la_users AS SELECT userid, payload FROM logs WHERE state = 'LA' AND kind = 'user';
CREATE STREAM machines AS SELECT userid, payload FROM logs WHERE kind = 'machine';
CREATE TABLE per_state AS SELECT state, COUNT(*) AS n FROM logs GROUP BY state;
INSERT INTO logs VALUES ('u1', 'LA', 'user', 'a'), ('u2', 'CA', 'user', 'b'), ('m1', 'LA', 'machine', 'c'), ('u3', 'LA', 'user', 'd');
ASSERT ROWS la_users VALUES ('u1', 'a'), ('u3', 'd');
ASSERT ROWS machines VALUES ('m1', 'c');
ASSERT ROWS per_state VALUES ('LA', 3), ('CA', 1);

--@test: logs: a regular expression gives lines a shape
CREATE STREAM lines (line STRING) WITH (kafka_topic='lines', value_format='KAFKA');
CREATE STREAM requests WITH (value_format='JSON') AS
  SELECT REGEXP_EXTRACT('^(\S+) (\S+) (\d{3})$', line, 1) AS host,
         REGEXP_EXTRACT('^(\S+) (\S+) (\d{3})$', line, 2) AS path,
         CAST(REGEXP_EXTRACT('^(\S+) (\S+) (\d{3})$', line, 3) AS INT) AS status
  FROM lines WHERE REGEXP_EXTRACT('^(\S+) (\S+) (\d{3})$', line) IS NOT NULL;
INSERT INTO lines VALUES ('web-1 /index 200'), ('noise'), ('web-2 /cart 503');
ASSERT ROWS requests VALUES ('web-1', '/index', 200), ('web-2', '/cart', 503);
