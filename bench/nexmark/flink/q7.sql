CREATE TABLE sink (AUCTION BIGINT, PRICE BIGINT, BIDDER BIGINT, `DATETIME` BIGINT, EXTRA STRING) WITH ({stream});
INSERT INTO sink
  SELECT b.auction, b.price, b.bidder, b.`dateTime`, b.extra
  FROM bid AS b
  JOIN (
    SELECT MAX(price) AS maxprice, window_start AS starttime, window_end AS endtime
    FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(ts), INTERVAL '10' SECOND))
    GROUP BY window_start, window_end
  ) AS highest
  ON b.price = highest.maxprice AND b.ts >= highest.starttime AND b.ts < highest.endtime;
