-- Highest bid: the bids with the highest price of each window of ten seconds. All that share it are in the result.
CREATE TABLE q7 AS
  SELECT DISTINCT auction, price, bidder, dateTime, extra
  FROM (
    SELECT auction, price, bidder, dateTime, extra
    FROM bid
    QUALIFY RANK() OVER (PARTITION BY dateTime - dateTime % 10000 ORDER BY price DESC) = 1
  ) highest;
