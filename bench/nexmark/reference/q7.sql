SELECT DISTINCT auction, price, bidder, dateTime, extra FROM bid
QUALIFY RANK() OVER (PARTITION BY dateTime - dateTime % 10000 ORDER BY price DESC) = 1
