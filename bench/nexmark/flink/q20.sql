CREATE TABLE sink (
  AUCTION BIGINT, BIDDER BIGINT, PRICE BIGINT, CHANNEL STRING, URL STRING, BIDDATETIME BIGINT, BIDEXTRA STRING,
  ITEMNAME STRING, DESCRIPTION STRING, INITIALBID BIGINT, RESERVE BIGINT, `DATETIME` BIGINT, EXPIRES BIGINT, SELLER BIGINT, CATEGORY BIGINT, EXTRA STRING
) WITH ({stream});
INSERT INTO sink
  SELECT b.auction, b.bidder, b.price, b.channel, b.url, b.`dateTime`, b.extra,
    a.itemName, a.description, a.initialBid, a.reserve, a.`dateTime`, a.expires, a.seller, a.category, a.extra
  FROM bid AS b INNER JOIN auction AS a ON b.auction = a.id
  WHERE a.category = 10;
