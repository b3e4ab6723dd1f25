-- Monitor new users: who has opened an auction in the window of ten seconds in which they came.
CREATE TABLE q8 AS
  SELECT p.id AS id, p.name AS name, p.starttime AS starttime
  FROM (
    SELECT id, name, WINDOWSTART AS starttime, COUNT(*) AS n
    FROM person WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY id, name
  ) p
  JOIN (
    SELECT seller, WINDOWSTART AS starttime, COUNT(*) AS n
    FROM auction WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY seller
  ) a ON p.id = a.seller AND p.starttime = a.starttime;
