/** What to write instead of words and marks of other dialects. Each entry is whole sentences. */

const NO_SQL_TRANSACTIONS =
  "There are no transactions in SQL. SET 'processing.guarantee' = 'exactly_once_v2'; makes the work of a query transactional."
const NO_RIGHTS = 'Rights are not managed in SQL. They belong to the configuration of the server and of Kafka.'
const NO_DATABASES = 'There are no databases: a server has one set of streams and tables.'
const NO_VIEW =
  'There are no views. CREATE TABLE name AS SELECT ...; keeps its result up to date as a materialized view does.'

/** Words that begin statements of other dialects. */
export const FOREIGN_STATEMENTS: Readonly<Record<string, string>> = {
  UPDATE:
    "There is no UPDATE. A table keeps the newest row of each key, so insert the row again: INSERT INTO items (item, price) VALUES ('pen', 2);",
  DELETE: 'There is no DELETE. To delete a row of a table, write a tombstone: millrace produce items --tombstone pen',
  TRUNCATE:
    'There is no TRUNCATE. Drop the source with its topic, DROP STREAM name DELETE TOPIC;, and create it again.',
  MERGE: 'There is no MERGE. A table keeps the newest row of each key: INSERT INTO name VALUES (...); replaces it.',
  UPSERT: 'There is no UPSERT. A table keeps the newest row of each key: INSERT INTO name VALUES (...); replaces it.',
  REPLACE: 'There is no REPLACE. A table keeps the newest row of each key: INSERT INTO name VALUES (...); replaces it.',
  USE: NO_DATABASES,
  BEGIN: NO_SQL_TRANSACTIONS,
  COMMIT: NO_SQL_TRANSACTIONS,
  ROLLBACK: NO_SQL_TRANSACTIONS,
  GRANT: NO_RIGHTS,
  REVOKE: NO_RIGHTS,
  DESC: 'Write DESCRIBE instead of DESC.',
  KILL: 'Write TERMINATE instead of KILL: TERMINATE query_id;',
  STOP: 'Write PAUSE query_id; to hold a query up, or TERMINATE query_id; to end it.',
  START: 'Write RESUME query_id; to continue a paused query.',
  HELP: 'HELP is a command of the prompt: it takes no semicolon and is no part of a file of statements.',
  EXIT: 'EXIT is a command of the prompt: it takes no semicolon and is no part of a file of statements.',
  QUIT: 'QUIT is a command of the prompt: it takes no semicolon and is no part of a file of statements.',
  COPY: 'There is no COPY. To load a file, run: millrace produce name file',
}

/** Words that follow CREATE, DROP or SHOW in other dialects. */
export const FOREIGN_OBJECTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  CREATE: {
    VIEW: NO_VIEW,
    MATERIALIZED: NO_VIEW,
    DATABASE: NO_DATABASES,
    SCHEMA: NO_DATABASES,
    TOPIC:
      "A topic is created with its stream: CREATE STREAM name (...) WITH (KAFKA_TOPIC='topic', PARTITIONS=1, VALUE_FORMAT='JSON');",
    FUNCTION: 'Functions cannot be created in SQL.',
    TEMPORARY: 'There are no temporary tables. A SELECT ... EMIT CHANGES; runs without a table.',
  },
  DROP: {
    VIEW: 'There are no views. Write DROP TABLE name;',
    DATABASE: NO_DATABASES,
    TOPIC: 'A topic is deleted with its source: DROP STREAM name DELETE TOPIC;',
    QUERY: 'Write TERMINATE query_id;',
  },
  SHOW: {
    STREAM: 'Write SHOW STREAMS; or, for one stream, DESCRIBE name;',
    TABLE: 'Write SHOW TABLES; or, for one table, DESCRIBE name;',
    TOPIC: 'Write SHOW TOPICS;',
    QUERY: 'Write SHOW QUERIES; or, for one query, EXPLAIN query_id;',
    FUNCTION: 'Write SHOW FUNCTIONS; or, for one function, DESCRIBE FUNCTION name;',
    TYPE: 'Write SHOW TYPES;',
    PROPERTY: 'Write SHOW PROPERTIES;',
    COLUMNS: 'Write DESCRIBE name; to see the columns of a source.',
    CREATE: 'Write DESCRIBE name EXTENDED; to see the statement that created a source.',
    DATABASES: NO_DATABASES,
    SCHEMAS: NO_DATABASES,
    VIEWS: 'There are no views. Write SHOW TABLES;',
  },
}

/** Marks and words inside of statements of other dialects. */
export const FOREIGN_WORDS: Readonly<Record<string, string>> = {
  ILIKE: "ILIKE is not supported. Write LCASE(x) LIKE 'text%'.",
  RLIKE: "RLIKE is not supported. Write REGEXP_EXTRACT('pattern', x) IS NOT NULL.",
  REGEXP: "REGEXP is not supported. Write REGEXP_EXTRACT('pattern', x) IS NOT NULL.",
  SIMILAR: "SIMILAR TO is not supported. Write REGEXP_EXTRACT('pattern', x) IS NOT NULL.",
  TOP: 'TOP is not supported. Write LIMIT n at the end of the query.',
  INTERVAL: 'INTERVAL is not supported. Write TIMESTAMPADD(DAYS, 1, x).',
  DEFAULT: 'Columns have no defaults. A column that a row leaves out is NULL.',
  REFERENCES: 'There are no foreign keys. A JOIN names its columns.',
  UNIQUE: 'There are no constraints. The PRIMARY KEY of a table is unique.',
  CHECK: 'There are no constraints. WHERE leaves rows out.',
  FETCH: 'FETCH is not supported. Write LIMIT n.',
  CROSS: 'CROSS JOIN is not supported. Write a JOIN b ON a.id = b.id.',
  NATURAL: 'NATURAL JOIN is not supported. Write a JOIN b ON a.id = b.id.',
  USING: 'USING is not supported. Write ON a.id = b.id.',
}

/** Marks that mean something in other languages. */
export const FOREIGN_MARKS: Readonly<Record<string, string>> = {
  '&&': 'Write AND instead of &&.',
  '&': 'Write AND instead of &.',
  '|': 'Write OR for either, or || to join texts.',
  '!': 'Write NOT instead of !.',
  '::': 'Write CAST(x AS type) instead of x::type.',
  ':': 'Write -> between a struct and its field.',
  '{': "Write STRUCT(a := 1) for a struct and MAP('a' := 1) for a map.",
  '#': 'A comment begins with --.',
  '\\': 'Commands that begin with \\ belong to other programs. Write SHOW STREAMS; or DESCRIBE name;',
}
