SELECT b.auction % 10000 AS slot, b.auction, b.bidder, b.price, b.dateTime, s.content
FROM bid b JOIN side_input s ON b.auction % 10000 = s.id
