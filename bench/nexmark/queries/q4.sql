-- Average price of a category: of the highest bids on its auctions while they were open.
CREATE TABLE q4 AS
  SELECT category, AVG(final) AS price
  FROM (
    SELECT a.id AS id, a.category AS category, MAX(b.price) AS final
    FROM auction a JOIN bid b STATE TTL 365 DAYS ON a.id = b.auction AND b.dateTime BETWEEN a.dateTime AND a.expires
    GROUP BY a.id, a.category
  ) closed
  GROUP BY category;
