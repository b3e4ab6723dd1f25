CREATE TABLE sink (ID BIGINT, NAME STRING, STARTTIME BIGINT) WITH ({stream});
INSERT INTO sink
  SELECT p.id, p.name, 1000 * CAST(TIMESTAMPDIFF(SECOND, TIMESTAMP '1970-01-01 00:00:00', p.starttime) AS BIGINT)
  FROM (
    SELECT id, name, window_start AS starttime, window_end AS endtime
    FROM TABLE(TUMBLE(TABLE person, DESCRIPTOR(ts), INTERVAL '10' SECOND))
    GROUP BY id, name, window_start, window_end
  ) AS p
  JOIN (
    SELECT seller, window_start AS starttime, window_end AS endtime
    FROM TABLE(TUMBLE(TABLE auction, DESCRIPTOR(ts), INTERVAL '10' SECOND))
    GROUP BY seller, window_start, window_end
  ) AS a
  ON p.id = a.seller AND p.starttime = a.starttime AND p.endtime = a.endtime;
