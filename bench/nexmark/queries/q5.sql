-- Hot items: the auctions with most bids in each window. All that share the first place are in the result.
CREATE TABLE q5 AS
  SELECT auction, num, starttime, endtime
  FROM (
    SELECT auction, COUNT(*) AS num, WINDOWSTART AS starttime, WINDOWEND AS endtime
    FROM bid WINDOW HOPPING (SIZE 10 SECONDS, ADVANCE BY 2 SECONDS) GROUP BY auction
  ) counts
  QUALIFY RANK() OVER (PARTITION BY starttime ORDER BY num DESC) = 1;
