--@test: UCASE, LCASE and INITCAP
CREATE STREAM s (id INT KEY, v STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, UCASE(v) AS u, LCASE(v) AS l, INITCAP(v) AS i FROM s;
INSERT INTO s VALUES (1, 'aB c');
ASSERT VALUES t VALUES (1, 'AB C', 'ab c', 'Ab C');

--@test: SUBSTRING counts from 1
CREATE STREAM s (id INT KEY, v STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, SUBSTRING(v, 2) AS a, SUBSTRING(v, 1, 3) AS b, SUBSTRING(v, -2) AS c FROM s;
INSERT INTO s VALUES (1, 'stream');
ASSERT VALUES t VALUES (1, 'tream', 'str', 'am');

--@test: TRIM, LPAD and RPAD
CREATE STREAM s (id INT KEY, v STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, TRIM(v) AS a, LPAD(TRIM(v), 3, '-') AS b, RPAD(TRIM(v), 3, '-') AS c FROM s;
INSERT INTO s VALUES (1, '  x ');
ASSERT VALUES t VALUES (1, 'x', '--x', 'x--');

--@test: CONCAT and CONCAT_WS
CREATE STREAM s (id INT KEY, a STRING, b STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, CONCAT(a, b) AS c, CONCAT_WS('-', a, b) AS d, a + b AS e FROM s;
INSERT INTO s VALUES (1, 'x', 'y');
ASSERT VALUES t VALUES (1, 'xy', 'x-y', 'xy');

--@test: SPLIT and its elements
CREATE STREAM s (id INT KEY, v STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, SPLIT(v, ',') AS l, SPLIT(v, ',')[2] AS second FROM s;
INSERT INTO s VALUES (1, 'a,b,c');
ASSERT VALUES t VALUES (1, ARRAY['a', 'b', 'c'], 'b');

--@test: SPLIT_TO_MAP
CREATE STREAM s (id INT KEY, v STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, SPLIT_TO_MAP(v, ';', '=') AS m FROM s;
INSERT INTO s VALUES (1, 'a=1;b=2');
ASSERT VALUES t VALUES (1, MAP('a' := '1', 'b' := '2'));

--@test: REPLACE
CREATE STREAM s (id INT KEY, v STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, REPLACE(v, 'an', 'x') AS r FROM s;
INSERT INTO s VALUES (1, 'banana');
ASSERT VALUES t VALUES (1, 'bxxa');

--@test: LEN and INSTR
CREATE STREAM s (id INT KEY, v STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, LEN(v) AS n, INSTR(v, 'or') AS i, INSTR(v, 'or', 3) AS j FROM s;
INSERT INTO s VALUES (1, 'corporate floor');
ASSERT VALUES t VALUES (1, 15, 2, 5);

--@test: REGEXP_EXTRACT takes a group
CREATE STREAM s (id INT KEY, v STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, REGEXP_EXTRACT('state=(\w+)', v, 1) AS state, REGEXP_EXTRACT('x(\d)', v, 1) AS none FROM s;
INSERT INTO s VALUES (1, 'user=ann state=LA');
ASSERT VALUES t VALUES (1, 'LA', NULL);

--@test: REGEXP_EXTRACT_ALL
CREATE STREAM s (id INT KEY, v STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, REGEXP_EXTRACT_ALL('\d+', v) AS l FROM s;
INSERT INTO s VALUES (1, 'a1b22');
ASSERT VALUES t VALUES (1, ARRAY['1', '22']);

--@test: REGEXP_REPLACE
CREATE STREAM s (id INT KEY, v STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, REGEXP_REPLACE(v, '\d', '#') AS r FROM s;
INSERT INTO s VALUES (1, 'tel 12-34');
ASSERT VALUES t VALUES (1, 'tel ##-##');

--@test: REGEXP_SPLIT_TO_ARRAY
CREATE STREAM s (id INT KEY, v STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, REGEXP_SPLIT_TO_ARRAY(v, '\s+') AS l FROM s;
INSERT INTO s VALUES (1, 'a  b c');
ASSERT VALUES t VALUES (1, ARRAY['a', 'b', 'c']);

--@test: MASK hides letters and digits
CREATE STREAM s (id INT KEY, v STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, MASK(v) AS m, MASK_LEFT(v, 2) AS l, MASK_KEEP_RIGHT(v, 2) AS k FROM s;
INSERT INTO s VALUES (1, 'Ab-12');
ASSERT VALUES t VALUES (1, 'Xx-nn', 'Xx-12', 'Xx-12');

--@test: CHR and UUID have their length
CREATE STREAM s (id INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, CHR(v) AS c, LEN(UUID()) AS n FROM s;
INSERT INTO s VALUES (1, 65);
ASSERT VALUES t VALUES (1, 'A', 36);

--@test: EXTRACTJSONFIELD
CREATE STREAM s (id INT KEY, v STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, EXTRACTJSONFIELD(v, '$.a.b[1]') AS e, JSON_ARRAY_LENGTH(EXTRACTJSONFIELD(v, '$.a.b')) AS n FROM s;
INSERT INTO s VALUES (1, '{"a": {"b": [1, 2]}}');
ASSERT VALUES t VALUES (1, '2', 2);

--@test: IS_JSON_STRING and JSON_KEYS
CREATE STREAM s (id INT KEY, v STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, IS_JSON_STRING(v) AS i, IS_JSON_STRING('no') AS j, JSON_KEYS(v) AS k FROM s;
INSERT INTO s VALUES (1, '{"x": 1}');
ASSERT VALUES t VALUES (1, true, false, ARRAY['x']);

--@test: TO_JSON_STRING
CREATE STREAM s (id INT KEY, a INT, b STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, TO_JSON_STRING(STRUCT(a := a, b := b)) AS j FROM s;
INSERT INTO s VALUES (1, 1, 'x');
ASSERT VALUES t VALUES (1, '{"A":1,"B":"x"}');

--@test: ABS, CEIL, FLOOR and ROUND
CREATE STREAM s (id INT KEY, v DOUBLE) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, ABS(v) AS a, CEIL(v) AS c, FLOOR(v) AS f, ROUND(v) AS r FROM s;
INSERT INTO s VALUES (1, -2.5);
ASSERT VALUES t VALUES (1, 2.5, -2.0, -3.0, -2);

--@test: ROUND to a scale
CREATE STREAM s (id INT KEY, v DECIMAL(6, 3)) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, ROUND(v, 2) AS r FROM s;
INSERT INTO s VALUES (1, 1.255);
ASSERT VALUES t VALUES (1, 1.260);

--@test: SQRT, EXP, LN, POWER and SIGN
CREATE STREAM s (id INT KEY, v DOUBLE) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, SQRT(v) AS s, POWER(v, 2) AS p, SIGN(v) AS n, LN(EXP(v)) AS l FROM s;
INSERT INTO s VALUES (1, 4.0);
ASSERT VALUES t VALUES (1, 2.0, 16.0, 1, 4.0);

--@test: GREATEST and LEAST pass over NULL
CREATE STREAM s (id INT KEY, a INT, b INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, GREATEST(a, b, 2) AS g, LEAST(a, b, 2) AS l FROM s;
INSERT INTO s VALUES (1, 3, NULL);
ASSERT VALUES t VALUES (1, 3, 2);

--@test: COALESCE, IFNULL and NULLIF
CREATE STREAM s (id INT KEY, a INT, b INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, COALESCE(a, b, 3) AS c, IFNULL(a, 9) AS i, NULLIF(b, 2) AS n FROM s;
INSERT INTO s VALUES (1, NULL, 2);
ASSERT VALUES t VALUES (1, 2, 9, NULL);

--@test: ARRAY_CONTAINS and ARRAY_JOIN
CREATE STREAM s (id INT KEY, v ARRAY<STRING>) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, ARRAY_CONTAINS(v, 'b') AS c, ARRAY_JOIN(v, '+') AS j FROM s;
INSERT INTO s VALUES (1, ARRAY['a', 'b']);
ASSERT VALUES t VALUES (1, true, 'a+b');

--@test: ARRAY_DISTINCT, ARRAY_SORT and ARRAY_LENGTH
CREATE STREAM s (id INT KEY, v ARRAY<INT>) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, ARRAY_DISTINCT(v) AS d, ARRAY_SORT(v) AS s, ARRAY_LENGTH(v) AS n FROM s;
INSERT INTO s VALUES (1, ARRAY[3, 1, 3]);
ASSERT VALUES t VALUES (1, ARRAY[3, 1], ARRAY[1, 3, 3], 3);

--@test: ARRAY_MAX, ARRAY_MIN and SLICE
CREATE STREAM s (id INT KEY, v ARRAY<INT>) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, ARRAY_MAX(v) AS x, ARRAY_MIN(v) AS n, SLICE(v, 2, 3) AS s FROM s;
INSERT INTO s VALUES (1, ARRAY[3, 1, 2]);
ASSERT VALUES t VALUES (1, 3, 1, ARRAY[1, 2]);

--@test: ARRAY_UNION, ARRAY_INTERSECT and ARRAY_EXCEPT
CREATE STREAM s (id INT KEY, a ARRAY<INT>, b ARRAY<INT>) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, ARRAY_UNION(a, b) AS u, ARRAY_INTERSECT(a, b) AS i, ARRAY_EXCEPT(a, b) AS e FROM s;
INSERT INTO s VALUES (1, ARRAY[1, 2], ARRAY[2, 3]);
ASSERT VALUES t VALUES (1, ARRAY[1, 2, 3], ARRAY[2], ARRAY[1]);

--@test: ARRAY_REMOVE and GENERATE_SERIES
CREATE STREAM s (id INT KEY, v ARRAY<INT>) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, ARRAY_REMOVE(v, 1) AS r, GENERATE_SERIES(1, 5, 2) AS g FROM s;
INSERT INTO s VALUES (1, ARRAY[1, 2, 1]);
ASSERT VALUES t VALUES (1, ARRAY[2], ARRAY[1, 3, 5]);

--@test: MAP_KEYS, MAP_VALUES and MAP_UNION
CREATE STREAM s (id INT KEY, m MAP<STRING, INT>) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, MAP_KEYS(m) AS k, MAP_VALUES(m) AS v, MAP_UNION(m, MAP('b' := 2)) AS u FROM s;
INSERT INTO s VALUES (1, MAP('a' := 1));
ASSERT VALUES t VALUES (1, ARRAY['a'], ARRAY[1], MAP('a' := 1, 'b' := 2));

--@test: TRANSFORM with a lambda
CREATE STREAM s (id INT KEY, v ARRAY<INT>) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, TRANSFORM(v, x => x * 10) AS t FROM s;
INSERT INTO s VALUES (1, ARRAY[1, 2]);
ASSERT VALUES t VALUES (1, ARRAY[10, 20]);

--@test: FILTER with a lambda
CREATE STREAM s (id INT KEY, v ARRAY<INT>) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, FILTER(v, x => x > 2) AS f FROM s;
INSERT INTO s VALUES (1, ARRAY[1, 5, 3]);
ASSERT VALUES t VALUES (1, ARRAY[5, 3]);

--@test: REDUCE with a lambda
CREATE STREAM s (id INT KEY, v ARRAY<INT>) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, REDUCE(v, 10, (s, x) => s + x) AS r FROM s;
INSERT INTO s VALUES (1, ARRAY[1, 2, 3]);
ASSERT VALUES t VALUES (1, 16);

--@test: TRANSFORM of a map
CREATE STREAM s (id INT KEY, m MAP<STRING, INT>) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, TRANSFORM(m, (k, v) => UCASE(k), (k, v) => v + 1) AS t FROM s;
INSERT INTO s VALUES (1, MAP('a' := 1));
ASSERT VALUES t VALUES (1, MAP('A' := 2));

--@test: FORMAT_DATE and PARSE_DATE
CREATE STREAM s (id INT KEY, v STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, PARSE_DATE(v, 'dd/MM/yyyy') AS d, FORMAT_DATE(PARSE_DATE(v, 'dd/MM/yyyy'), 'yyyy-MM') AS f FROM s;
INSERT INTO s VALUES (1, '06/05/2024');
ASSERT VALUES t VALUES (1, '2024-05-06', '2024-05');

--@test: FORMAT_TIMESTAMP in a zone
CREATE STREAM s (id INT KEY, v TIMESTAMP) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, FORMAT_TIMESTAMP(v, 'HH:mm', 'America/Los_Angeles') AS la FROM s;
INSERT INTO s VALUES (1, '2024-07-01T12:00:00');
ASSERT VALUES t VALUES (1, '05:00');

--@test: PARSE_TIMESTAMP and TIMESTAMPADD
CREATE STREAM s (id INT KEY, v STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, TIMESTAMPADD(HOURS, 2, PARSE_TIMESTAMP(v, 'yyyy-MM-dd HH:mm')) AS t FROM s;
INSERT INTO s VALUES (1, '2024-01-31 23:00');
ASSERT VALUES t VALUES (1, '2024-02-01T01:00:00');

--@test: DATEADD over a leap day
CREATE STREAM s (id INT KEY, v DATE) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, DATEADD(DAYS, 1, v) AS a, DATEADD(DAYS, 2, v) AS b, DATESUB(DAYS, 28, v) AS c FROM s;
INSERT INTO s VALUES (1, '2024-02-28');
ASSERT VALUES t VALUES (1, '2024-02-29', '2024-03-01', '2024-01-31');

--@test: UNIX_DATE and FROM_DAYS
CREATE STREAM s (id INT KEY, v DATE) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, UNIX_DATE(v) AS d, FROM_DAYS(10) AS f FROM s;
INSERT INTO s VALUES (1, '1970-01-11');
ASSERT VALUES t VALUES (1, 10, '1970-01-11');

--@test: FROM_UNIXTIME and UNIX_TIMESTAMP
CREATE STREAM s (id INT KEY, v BIGINT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, FROM_UNIXTIME(v) AS t, UNIX_TIMESTAMP(FROM_UNIXTIME(v)) AS u FROM s;
INSERT INTO s VALUES (1, 1000);
ASSERT VALUES t VALUES (1, '1970-01-01T00:00:01', 1000);

--@test: CONVERT_TZ
CREATE STREAM s (id INT KEY, v TIMESTAMP) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, CONVERT_TZ(v, 'UTC', 'Europe/Oslo') AS t FROM s;
INSERT INTO s VALUES (1, '2024-01-01T00:00:00');
ASSERT VALUES t VALUES (1, '2024-01-01T01:00:00');

--@test: URL functions
CREATE STREAM s (id INT KEY, v STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, URL_EXTRACT_HOST(v) AS h, URL_EXTRACT_PATH(v) AS p, URL_EXTRACT_PARAMETER(v, 'x') AS x, URL_EXTRACT_PORT(v) AS port FROM s;
INSERT INTO s VALUES (1, 'https://ann@example.com:80/a/b?x=1#top');
ASSERT VALUES t VALUES (1, 'example.com', '/a/b', '1', 80);

--@test: URL encoding
CREATE STREAM s (id INT KEY, v STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, URL_ENCODE_PARAM(v) AS e, URL_DECODE_PARAM(URL_ENCODE_PARAM(v)) AS d FROM s;
INSERT INTO s VALUES (1, 'a b&c');
ASSERT VALUES t VALUES (1, 'a+b%26c', 'a b&c');

--@test: ENCODE between notations
CREATE STREAM s (id INT KEY, v STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, ENCODE(v, 'hex', 'ascii') AS a, ENCODE('QUJD', 'base64', 'hex') AS h FROM s;
INSERT INTO s VALUES (1, '414243');
ASSERT VALUES t VALUES (1, 'ABC', '414243');

--@test: TO_BYTES and FROM_BYTES
CREATE STREAM s (id INT KEY, v STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, FROM_BYTES(TO_BYTES(v, 'ascii'), 'hex') AS h FROM s;
INSERT INTO s VALUES (1, 'AB');
ASSERT VALUES t VALUES (1, '4142');

--@test: GEO_DISTANCE in kilometres
CREATE STREAM s (id INT KEY, a DOUBLE, b DOUBLE) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, ROUND(GEO_DISTANCE(a, b, 36.2, -115.2, 'KM')) AS d FROM s;
INSERT INTO s VALUES (1, 37.4, -122.1);
ASSERT VALUES t VALUES (1, 629);

--@test: INT and BIGINT wrap around like Java
CREATE STREAM s (id INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, v + 1 AS w FROM s;
INSERT INTO s VALUES (1, 2147483647);
ASSERT VALUES t VALUES (1, -2147483648);
