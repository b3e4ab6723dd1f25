CREATE TABLE sink (
  ID BIGINT, ITEMNAME STRING, DESCRIPTION STRING, INITIALBID BIGINT, RESERVE BIGINT, `DATETIME` BIGINT, EXPIRES BIGINT, SELLER BIGINT, CATEGORY BIGINT, EXTRA STRING,
  AUCTION BIGINT, BIDDER BIGINT, PRICE BIGINT, BIDDATETIME BIGINT, BIDEXTRA STRING, PRIMARY KEY (ID) NOT ENFORCED
) WITH ({table});
INSERT INTO sink
  SELECT id, itemName, description, initialBid, reserve, `dateTime`, expires, seller, category, extra, auction, bidder, price, bidDateTime, bidExtra
  FROM (
    SELECT a.id, a.itemName, a.description, a.initialBid, a.reserve, a.`dateTime`, a.expires, a.seller, a.category, a.extra,
      b.auction, b.bidder, b.price, b.`dateTime` AS bidDateTime, b.extra AS bidExtra,
      ROW_NUMBER() OVER (PARTITION BY a.id ORDER BY b.price DESC, b.`dateTime` ASC) AS place
    FROM auction AS a, bid AS b
    WHERE a.id = b.auction AND b.`dateTime` BETWEEN a.`dateTime` AND a.expires
  )
  WHERE place <= 1;
