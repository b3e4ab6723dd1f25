-- The average of a BIGINT is a whole number in Flink; the other peers give fractions.
CREATE TABLE sink (CATEGORY BIGINT, PRICE DOUBLE, PRIMARY KEY (CATEGORY) NOT ENFORCED) WITH ({table});
INSERT INTO sink
  SELECT category, AVG(CAST(final AS DOUBLE))
  FROM (
    SELECT MAX(b.price) AS final, a.category
    FROM auction AS a, bid AS b
    WHERE a.id = b.auction AND b.`dateTime` BETWEEN a.`dateTime` AND a.expires
    GROUP BY a.id, a.category
  )
  GROUP BY category;
