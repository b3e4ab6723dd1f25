-- The harbour from 08:10 to 08:15: a pull query by key and window bounds
SELECT area, FORMAT_TIMESTAMP(FROM_UNIXTIME(WINDOWSTART), 'HH:mm') AS minute, requests, seats, surge
  FROM requests_per_minute
  WHERE area = 'harbour' AND WINDOWSTART >= '2026-03-06T08:10' AND WINDOWSTART < '2026-03-06T08:15';

-- All areas at 08:12: a pull query by window bounds alone
SELECT area, requests, surge FROM requests_per_minute WHERE WINDOWSTART = '2026-03-06T08:12';

-- Minutes that surge in the old town: a pull query by key
SELECT area, FORMAT_TIMESTAMP(FROM_UNIXTIME(WINDOWSTART), 'HH:mm') AS minute, requests FROM surges WHERE area = 'old town';
