-- Average selling price of a seller: of the last ten auctions, by the time of the winning bid.
CREATE TABLE q6 AS
  WITH winning AS (
    SELECT a.id AS id, a.seller AS seller, b.price AS price, b.dateTime AS dateTime
    FROM auction a JOIN bid b STATE TTL 365 DAYS ON a.id = b.auction AND b.dateTime BETWEEN a.dateTime AND a.expires
    QUALIFY ROW_NUMBER() OVER (PARTITION BY a.id ORDER BY b.price DESC, b.dateTime) = 1
  )
  SELECT id, seller,
    AVG(price) OVER (PARTITION BY seller ORDER BY dateTime, id ROWS BETWEEN 9 PRECEDING AND CURRENT ROW) AS average
  FROM winning;
