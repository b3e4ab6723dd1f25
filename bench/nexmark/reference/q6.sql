SELECT id, seller,
  AVG(price) OVER (PARTITION BY seller ORDER BY bidDateTime, id ROWS BETWEEN 9 PRECEDING AND CURRENT ROW) AS average
FROM (
  SELECT a.id AS id, a.seller AS seller, b.price AS price, b.dateTime AS bidDateTime
  FROM auction a JOIN bid b ON a.id = b.auction AND b.dateTime BETWEEN a.dateTime AND a.expires
  QUALIFY ROW_NUMBER() OVER (PARTITION BY a.id ORDER BY b.price DESC, b.dateTime) = 1
)
