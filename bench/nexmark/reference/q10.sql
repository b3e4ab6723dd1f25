SELECT auction, bidder, price, dateTime, extra, strftime(epoch_ms(dateTime), '%Y-%m-%d') AS day,
  strftime(epoch_ms(dateTime), '%H:%M') AS minute
FROM bid
