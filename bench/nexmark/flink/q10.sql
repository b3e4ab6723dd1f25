CREATE TABLE result (AUCTION BIGINT, BIDDER BIGINT, PRICE BIGINT, `DATETIME` BIGINT, EXTRA STRING, `DAY` STRING, `MINUTE` STRING) WITH ({stream});
INSERT INTO result
  SELECT auction, bidder, price, `dateTime`, extra, DATE_FORMAT(ts, 'yyyy-MM-dd'), DATE_FORMAT(ts, 'HH:mm') FROM bid;
