-- Winning bids: the highest bid on each auction while it was open; of equal ones the first.
CREATE TABLE q9 AS
  SELECT a.id AS id, a.itemName AS itemName, a.description AS description, a.initialBid AS initialBid, a.reserve AS reserve,
    a.dateTime AS dateTime, a.expires AS expires, a.seller AS seller, a.category AS category, a.extra AS extra,
    b.auction AS auction, b.bidder AS bidder, b.price AS price, b.dateTime AS bidDateTime, b.extra AS bidExtra
  FROM auction a JOIN bid b STATE TTL 365 DAYS ON a.id = b.auction AND b.dateTime BETWEEN a.dateTime AND a.expires
  QUALIFY ROW_NUMBER() OVER (PARTITION BY a.id ORDER BY b.price DESC, b.dateTime) = 1;
