CREATE TABLE side_input (id BIGINT, content STRING) WITH ({side_input});
CREATE TABLE result (SLOT BIGINT, AUCTION BIGINT, BIDDER BIGINT, PRICE BIGINT, `DATETIME` BIGINT, CONTENT STRING) WITH ({stream});
INSERT INTO result
  SELECT MOD(b.auction, 10000), b.auction, b.bidder, b.price, b.`dateTime`, s.content
  FROM bid AS b JOIN side_input FOR SYSTEM_TIME AS OF b.clock AS s ON MOD(b.auction, 10000) = s.id;
