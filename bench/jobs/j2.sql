-- Route and parse.
DEFINE line = '^(\S+) (\S+) HTTP/[0-9.]+ [0-9]+ ([0-9]+) (.*)$';
CREATE STREAM j2 WITH (KAFKA_TOPIC='${OUT}') AS
  SELECT k, userid,
    REGEXP_EXTRACT('${line}', payload, 1) AS method,
    REGEXP_EXTRACT('${line}', payload, 2) AS path,
    CAST(REGEXP_EXTRACT('${line}', payload, 3) AS INT) AS status,
    REGEXP_EXTRACT('${line}', payload, 4) AS agent
  FROM users
  WHERE kind = 'machine' AND CAST(REGEXP_EXTRACT('${line}', payload, 3) AS INT) >= 5000 EMIT CHANGES;
