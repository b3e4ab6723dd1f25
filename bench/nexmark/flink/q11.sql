-- A window's end is ten seconds behind its last bid in Flink; the other peers give the time of that bid.
CREATE TABLE sink (BIDDER BIGINT, BID_COUNT BIGINT, STARTTIME BIGINT, ENDTIME BIGINT) WITH ({stream});
INSERT INTO sink
  SELECT bidder, COUNT(*), MIN(`dateTime`), MAX(`dateTime`)
  FROM TABLE(SESSION(TABLE bid PARTITION BY bidder, DESCRIPTOR(ts), INTERVAL '10' SECOND))
  GROUP BY bidder, window_start, window_end;
