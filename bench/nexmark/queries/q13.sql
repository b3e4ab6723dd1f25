-- Bounded side input join: each bid with a text from a table.
CREATE STREAM q13 AS
  SELECT b.slot AS slot, b.auction AS auction, b.bidder AS bidder, b.price AS price, b.dateTime AS dateTime, s.content AS content
  FROM (SELECT auction % 10000 AS slot, auction, bidder, price, dateTime FROM bid) b JOIN side_input s ON b.slot = s.id;
