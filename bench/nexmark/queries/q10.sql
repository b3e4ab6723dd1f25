-- Log: every bid with its day and its minute, as files would be cut. The topic is what a file sink reads.
CREATE STREAM q10 AS
  SELECT auction, bidder, price, dateTime, extra,
    FORMAT_TIMESTAMP(FROM_UNIXTIME(dateTime), 'yyyy-MM-dd') AS day,
    FORMAT_TIMESTAMP(FROM_UNIXTIME(dateTime), 'HH:mm') AS minute
  FROM bid;
