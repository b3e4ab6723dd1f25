CREATE TABLE sink (AUCTION BIGINT, NUM BIGINT, STARTTIME BIGINT, ENDTIME BIGINT) WITH ({stream});
INSERT INTO sink
  SELECT counts.auction, counts.num, 1000 * CAST(TIMESTAMPDIFF(SECOND, TIMESTAMP '1970-01-01 00:00:00', counts.starttime) AS BIGINT),
    1000 * CAST(TIMESTAMPDIFF(SECOND, TIMESTAMP '1970-01-01 00:00:00', counts.endtime) AS BIGINT)
  FROM (
    SELECT auction, COUNT(*) AS num, window_start AS starttime, window_end AS endtime
    FROM TABLE(HOP(TABLE bid, DESCRIPTOR(ts), INTERVAL '2' SECOND, INTERVAL '10' SECOND))
    GROUP BY auction, window_start, window_end
  ) AS counts
  JOIN (
    SELECT MAX(num) AS maxn, starttime, endtime
    FROM (
      SELECT COUNT(*) AS num, window_start AS starttime, window_end AS endtime
      FROM TABLE(HOP(TABLE bid, DESCRIPTOR(ts), INTERVAL '2' SECOND, INTERVAL '10' SECOND))
      GROUP BY auction, window_start, window_end
    )
    GROUP BY starttime, endtime
  ) AS highest
  ON counts.starttime = highest.starttime AND counts.endtime = highest.endtime AND counts.num >= highest.maxn;
