CREATE TABLE sink (NAME STRING, CITY STRING, STATE STRING, ID BIGINT) WITH ({stream});
INSERT INTO sink
  SELECT p.name, p.city, p.state, a.id
  FROM auction AS a INNER JOIN person AS p ON a.seller = p.id
  WHERE a.category = 10 AND (p.state = 'OR' OR p.state = 'ID' OR p.state = 'CA');
