SELECT DISTINCT p.id, p.name, p.dateTime - p.dateTime % 10000 AS starttime
FROM person p JOIN auction a ON p.id = a.seller AND p.dateTime - p.dateTime % 10000 = a.dateTime - a.dateTime % 10000
