-- Processing time windows: bids of a bidder in ten seconds of the clock. A record's time is made that of its processing.
CREATE STREAM q12_bid WITH (timestamp='processed') AS SELECT bidder, UNIX_TIMESTAMP() AS processed FROM bid;
CREATE TABLE q12 AS
  SELECT bidder, COUNT(*) AS bid_count, WINDOWSTART AS starttime, WINDOWEND AS endtime
  FROM q12_bid WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY bidder;
