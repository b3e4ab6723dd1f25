-- Bids with their auction, of one category.
CREATE STREAM q20 AS
  SELECT b.auction AS auction, b.bidder AS bidder, b.price AS price, b.channel AS channel, b.url AS url, b.dateTime AS bidDateTime,
    b.extra AS bidExtra, a.itemName AS itemName, a.description AS description, a.initialBid AS initialBid, a.reserve AS reserve,
    a.dateTime AS dateTime, a.expires AS expires, a.seller AS seller, a.category AS category, a.extra AS extra
  FROM bid b JOIN auction a STATE TTL 365 DAYS ON b.auction = a.id AND a.category = 10;
