-- User sessions: bids of a bidder with less than ten seconds between them. The events are of the past, and Kafka would delete their windows.
CREATE TABLE q11 WITH (retention_ms=-1) AS
  SELECT bidder, COUNT(*) AS bid_count, WINDOWSTART AS starttime, WINDOWEND AS endtime
  FROM bid WINDOW SESSION (10 SECONDS) GROUP BY bidder;
