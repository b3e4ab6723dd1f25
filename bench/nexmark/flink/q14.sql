-- Flink's own benchmark counts the letters by a function in Java; this is what SQL has for it.
CREATE TABLE sink (AUCTION BIGINT, BIDDER BIGINT, PRICE DECIMAL(23, 3), BIDTIMETYPE STRING, `DATETIME` BIGINT, EXTRA STRING, C_COUNTS INT) WITH ({stream});
INSERT INTO sink
  SELECT auction, bidder, 0.908 * price,
    CASE WHEN HOUR(ts) >= 8 AND HOUR(ts) <= 18 THEN 'dayTime' WHEN HOUR(ts) <= 6 OR HOUR(ts) >= 20 THEN 'nightTime' ELSE 'otherTime' END,
    `dateTime`, extra, CHAR_LENGTH(extra) - CHAR_LENGTH(REPLACE(extra, 'c', ''))
  FROM bid
  WHERE 0.908 * price > 1000000 AND 0.908 * price < 50000000;
