-- The side input is a versioned table, of one version: Flink's table of files cannot be looked up.
CREATE TABLE side_input (
  id BIGINT, content STRING, ts AS TO_TIMESTAMP_LTZ(0, 3), PRIMARY KEY (id) NOT ENFORCED, WATERMARK FOR ts AS ts
) WITH ({side_input});
CREATE TABLE sink (SLOT BIGINT, AUCTION BIGINT, BIDDER BIGINT, PRICE BIGINT, `DATETIME` BIGINT, CONTENT STRING) WITH ({stream});
INSERT INTO sink
  SELECT MOD(b.auction, 10000), b.auction, b.bidder, b.price, b.`dateTime`, s.content
  FROM bid AS b JOIN side_input FOR SYSTEM_TIME AS OF b.ts AS s ON MOD(b.auction, 10000) = s.id;
