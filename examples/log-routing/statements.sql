-- Logs of web servers, applications and machines: what is of no use is left out, what users did goes one way, what machines did another.
SET 'auto.offset.reset' = 'earliest';

-- Where a host stands and who runs it.
CREATE TABLE hosts (
    host STRING PRIMARY KEY,
    state STRING,
    team STRING
  ) WITH (kafka_topic = 'log-routing-hosts', value_format = 'JSON', partitions = 4);

-- Syslog comes by TCP. Each line is taken apart: <134>Mar  6 10:00:00 web-1 nginx[123]: message
CREATE SOURCE syslog_in WITH (
  connector = 'syslog', topic = 'log-routing-syslog', partitions = 4, port = ${port}, format = 'raw');
CREATE STREAM syslog (line STRING, priority INT, host STRING, program STRING, message STRING)
  WITH (kafka_topic = 'log-routing-syslog', value_format = 'REGEX',
        value_regex = '^(?<line><(?<priority>\d+)>[A-Z][a-z]{2} [ \d]\d [\d:]{8} (?<host>\S+) (?<program>[^\s:\[]+)(?:\[\d+\])?: (?<message>.*))$');

-- Applications write lines of JSON into files.
CREATE SOURCE app_in WITH (
  connector = 'file', topic = 'log-routing-app', partitions = 4, path = 'app/*.ndjson', format = 'lines');
CREATE STREAM app (line STRING) WITH (kafka_topic = 'log-routing-app', value_format = 'LINE');

-- What is worth keeping, under the name of its host. The last three bits of a priority are the severity; 7 is debugging. Web servers also log
-- probes, which have no user, and files that belong to a page.
CREATE STREAM syslog_kept WITH (kafka_topic = 'log-routing-syslog-kept', value_format = 'JSON') AS
  SELECT host, program, priority % 8 AS severity,
         REGEXP_EXTRACT('^\S+ (\S+) "[A-Z]+ (\S+)', message, 1) AS userid,
         REGEXP_EXTRACT('^\S+ (\S+) "[A-Z]+ (\S+)', message, 2) AS action,
         line
  FROM syslog
  WHERE priority % 8 < 7
    AND (program <> 'nginx'
         OR REGEXP_EXTRACT('^\S+ (\S+) "[A-Z]+ (\S+)', message, 1) <> '-'
            AND REGEXP_EXTRACT('"[A-Z]+ (/static/|/favicon)', message, 1) IS NULL)
  PARTITION BY host;
CREATE STREAM app_kept WITH (kafka_topic = 'log-routing-app-kept', value_format = 'JSON') AS
  SELECT EXTRACTJSONFIELD(line, '$.host') AS host,
         EXTRACTJSONFIELD(line, '$.level') AS level,
         EXTRACTJSONFIELD(line, '$.user') AS userid,
         EXTRACTJSONFIELD(line, '$.action') AS action,
         line
  FROM app
  WHERE EXTRACTJSONFIELD(line, '$.level') NOT IN ('DEBUG', 'TRACE')
  PARTITION BY EXTRACTJSONFIELD(line, '$.host');

-- What users did: pages that they asked for, and what applications say of them.
CREATE STREAM user_logs WITH (kafka_topic = 'log-routing-user', value_format = 'JSON') AS
  SELECT s.host AS host, h.state AS state, h.team AS team, 'web' AS source, s.userid AS userid, s.action AS action, s.line AS line
  FROM syslog_kept s JOIN hosts h ON s.host = h.host
  WHERE s.program = 'nginx';
INSERT INTO user_logs
  SELECT a.host AS host, h.state AS state, h.team AS team, 'app' AS source, a.userid AS userid, a.action AS action, a.line AS line
  FROM app_kept a JOIN hosts h ON a.host = h.host
  WHERE a.userid IS NOT NULL;

-- What machines did.
CREATE STREAM machine_logs WITH (kafka_topic = 'log-routing-machine', value_format = 'JSON') AS
  SELECT s.host AS host, h.state AS state, h.team AS team, s.program AS source, s.severity AS severity, s.line AS line
  FROM syslog_kept s JOIN hosts h ON s.host = h.host
  WHERE s.program <> 'nginx';
INSERT INTO machine_logs
  SELECT a.host AS host, h.state AS state, h.team AS team, 'app' AS source,
         CASE WHEN a.level = 'ERROR' THEN 3 WHEN a.level = 'WARN' THEN 4 ELSE 6 END AS severity,
         a.line AS line
  FROM app_kept a JOIN hosts h ON a.host = h.host
  WHERE a.userid IS NULL;

-- Two states have readers of their own.
CREATE STREAM la_user_logs WITH (kafka_topic = 'log-routing-user-la') AS SELECT * FROM user_logs WHERE state = 'LA';
CREATE STREAM ca_user_logs WITH (kafka_topic = 'log-routing-user-ca') AS SELECT * FROM user_logs WHERE state = 'CA';

-- How much goes which way. Lines are ASCII, so characters are bytes.
CREATE TABLE user_volume WITH (kafka_topic = 'log-routing-user-volume', value_format = 'JSON') AS
  SELECT state, COUNT(*) AS logs, SUM(CAST(LEN(line) AS BIGINT)) AS bytes FROM user_logs GROUP BY state;
CREATE TABLE machine_volume WITH (kafka_topic = 'log-routing-machine-volume', value_format = 'JSON') AS
  SELECT team, COUNT(*) AS logs, SUM(CAST(LEN(line) AS BIGINT)) AS bytes FROM machine_logs GROUP BY team;
CREATE TABLE thrown_syslog WITH (kafka_topic = 'log-routing-thrown-syslog', value_format = 'JSON') AS
  SELECT program, COUNT(*) AS logs, SUM(CAST(LEN(line) AS BIGINT)) AS bytes
  FROM syslog
  WHERE priority % 8 = 7
     OR program = 'nginx' AND (REGEXP_EXTRACT('^\S+ (\S+) "[A-Z]+ (\S+)', message, 1) = '-'
                               OR REGEXP_EXTRACT('"[A-Z]+ (/static/|/favicon)', message, 1) IS NOT NULL)
  GROUP BY program;
CREATE TABLE thrown_app WITH (kafka_topic = 'log-routing-thrown-app', value_format = 'JSON') AS
  SELECT EXTRACTJSONFIELD(line, '$.level') AS level, COUNT(*) AS logs, SUM(CAST(LEN(line) AS BIGINT)) AS bytes
  FROM app
  WHERE EXTRACTJSONFIELD(line, '$.level') IN ('DEBUG', 'TRACE')
  GROUP BY EXTRACTJSONFIELD(line, '$.level');
