-- User sessions: bids of a bidder with less than ten seconds between them.
CREATE TABLE q11 AS
  SELECT bidder, COUNT(*) AS bid_count, WINDOWSTART AS starttime, WINDOWEND AS endtime
  FROM bid WINDOW SESSION (10 SECONDS) GROUP BY bidder;
