-- Local item suggestion: who sells in a category, in some states. Rows of both sides are kept as long as any result can be wanted.
CREATE STREAM q3 AS
  SELECT p.name AS name, p.city AS city, p.state AS state, a.id AS id
  FROM auction a JOIN person p STATE TTL 365 DAYS ON a.seller = p.id AND a.category = 10 AND (p.state = 'OR' OR p.state = 'ID' OR p.state = 'CA');
