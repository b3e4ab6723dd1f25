SELECT auction, num, starttime, starttime + 10000 AS endtime
FROM (
  SELECT auction, starttime, COUNT(*) AS num
  FROM (SELECT auction, UNNEST([start, start - 2000, start - 4000, start - 6000, start - 8000]) AS starttime
        FROM (SELECT auction, dateTime - dateTime % 2000 AS start FROM bid))
  GROUP BY auction, starttime
)
QUALIFY RANK() OVER (PARTITION BY starttime ORDER BY num DESC) = 1
