/** What `help SELECT` shows: the form of each statement, and an example. docs/sql.md has the details. */

interface StatementHelp {
  /** As it begins, in capitals; several names for statements that begin alike. */
  readonly names: readonly string[]
  /** In capitals what is written as it is, in lower case what stands for something; [ ] may be left out, | separates alternatives. */
  readonly form: string
  /** What the statement does, in a sentence. */
  readonly meaning: string
  /** A statement that can be run where its sources exist. */
  readonly example: string
}

const STATEMENTS: readonly StatementHelp[] = [
  {
    names: ['CREATE STREAM', 'CREATE TABLE'],
    form: `CREATE [OR REPLACE] [SOURCE] STREAM|TABLE [IF NOT EXISTS] name (column type [[PRIMARY] KEY], ...)
  WITH (KAFKA_TOPIC='topic', VALUE_FORMAT='JSON' [, PARTITIONS=n, ...]);
CREATE [OR REPLACE] STREAM|TABLE [IF NOT EXISTS] name [WITH (...)] AS SELECT ...;`,
    meaning: 'Registers a topic as a stream or a table, or keeps the result of a SELECT up to date in a new one.',
    example: `CREATE STREAM orders (id INT KEY, item STRING, price DOUBLE)
  WITH (KAFKA_TOPIC='orders', VALUE_FORMAT='JSON', PARTITIONS=1);`,
  },
  {
    names: ['CREATE TYPE'],
    form: 'CREATE TYPE [IF NOT EXISTS] name AS type;',
    meaning: 'Gives a type a name of its own.',
    example: 'CREATE TYPE address AS STRUCT<street STRING, city STRING>;',
  },
  {
    names: ['SELECT'],
    form: `SELECT expression [AS name], ... FROM source
  [[INNER|LEFT|RIGHT|FULL] JOIN source [WITHIN duration] ON condition] [WINDOW window]
  [WHERE condition] [PARTITION BY expression] [GROUP BY expression, ...] [HAVING condition]
  [EMIT CHANGES|FINAL] [LIMIT n];`,
    meaning: 'Reads rows: once as they are now, or with EMIT CHANGES all that come until it is stopped.',
    example: 'SELECT item, COUNT(*) AS n FROM orders GROUP BY item EMIT CHANGES LIMIT 10;',
  },
  {
    names: ['INSERT INTO'],
    form: `INSERT INTO source [(column, ...)] VALUES (value, ...), ...;
INSERT INTO stream SELECT ...;`,
    meaning: 'Writes rows, or adds the result of a SELECT to a stream for as long as the query runs.',
    example: "INSERT INTO orders (id, item, price) VALUES (1, 'pen', 2.5);",
  },
  {
    names: ['ALTER STREAM', 'ALTER TABLE'],
    form: 'ALTER STREAM|TABLE name ADD [COLUMN] column type, ...;',
    meaning: 'Adds columns to a stream or a table.',
    example: 'ALTER STREAM orders ADD COLUMN customer STRING;',
  },
  {
    names: ['CREATE SINK', 'CREATE SOURCE', 'ALTER SINK', 'ALTER SOURCE', 'DROP CONNECTOR'],
    form: `CREATE SINK [IF NOT EXISTS] name FROM source WITH (connector='connector', option=value, ...);
CREATE SOURCE [IF NOT EXISTS] name WITH (connector='connector', topic='topic', option=value, ...);
ALTER SINK|SOURCE name WITH (option=value, ...);
DROP CONNECTOR [IF EXISTS] name;`,
    meaning: 'Carries the records of a stream or a table to another system, or brings records from there into a topic.',
    example: "CREATE SINK orders_to_files FROM orders WITH (connector='file', directory='orders');",
  },
  {
    names: ['CREATE SECRET', 'DROP SECRET'],
    form: `CREATE [OR REPLACE] SECRET [IF NOT EXISTS] name WITH (key='value', ...);
DROP SECRET [IF EXISTS] name;`,
    meaning: `Stores values, encrypted, that options of connectors refer to as \${secret:name:key}.`,
    example: "CREATE SECRET warehouse WITH (password='swordfish');",
  },
  {
    names: ['DROP STREAM', 'DROP TABLE', 'DROP TYPE'],
    form: `DROP STREAM|TABLE [IF EXISTS] name [DELETE TOPIC];
DROP TYPE [IF EXISTS] name;`,
    meaning: 'Removes a stream, a table or a type, and with DELETE TOPIC the records too.',
    example: 'DROP STREAM IF EXISTS orders DELETE TOPIC;',
  },
  {
    names: ['CREATE INDEX', 'DROP INDEX'],
    form: `CREATE INDEX [IF NOT EXISTS] name ON table (column, ...);
DROP INDEX [IF EXISTS] name;`,
    meaning: 'Lets pull queries find the rows of a table by other columns than its key.',
    example: 'CREATE INDEX customers_by_city ON customers (city);',
  },
  {
    names: ['SHOW', 'LIST'],
    form: `SHOW STREAMS|TABLES|QUERIES|TYPES|FUNCTIONS|INDEXES|CONNECTORS|SECRETS|PROPERTIES|VARIABLES;
SHOW STREAMS|TABLES|QUERIES EXTENDED;
SHOW [ALL] TOPICS [EXTENDED];
LIST is another word for SHOW.`,
    meaning: 'Lists what there is.',
    example: 'SHOW ALL TOPICS EXTENDED;',
  },
  {
    names: ['DESCRIBE'],
    form: `DESCRIBE name [EXTENDED];
DESCRIBE FUNCTION name;`,
    meaning: 'Shows the columns of a stream or a table, or the forms of a function.',
    example: 'DESCRIBE orders EXTENDED;',
  },
  {
    names: ['EXPLAIN'],
    form: 'EXPLAIN [ANALYZE] query_id|statement;',
    meaning: 'Shows the plan, the state and the failures of a query; of a pull query, how it finds its rows.',
    example: 'EXPLAIN SELECT * FROM orders EMIT CHANGES;',
  },
  {
    names: ['PRINT'],
    form: 'PRINT topic [FROM BEGINNING] [INTERVAL n] [LIMIT n];',
    meaning: 'Shows the records of a topic as they come.',
    example: "PRINT 'orders' FROM BEGINNING LIMIT 3;",
  },
  {
    names: ['PAUSE', 'RESUME', 'TERMINATE'],
    form: 'PAUSE|RESUME|TERMINATE query_id|ALL;',
    meaning: 'Stops a persistent query for a while, continues it, or ends it for good.',
    example: 'PAUSE ALL;',
  },
  {
    names: ['SET', 'UNSET'],
    form: `SET 'property' = 'value';
UNSET 'property';`,
    meaning: 'Overrides a setting for this session, or takes it back. SHOW PROPERTIES lists the settings.',
    example: "SET 'auto.offset.reset' = 'earliest';",
  },
  {
    names: ['DEFINE', 'UNDEFINE'],
    form: `DEFINE name = 'value';
UNDEFINE name;`,
    meaning: `Sets a variable, which statements use as \${name}, or removes it.`,
    example: "DEFINE country = 'FR';",
  },
  {
    names: ['ASSERT'],
    form: `ASSERT [NOT EXISTS] TOPIC topic [WITH (PARTITIONS=n, REPLICAS=n)] [TIMEOUT n SECONDS];`,
    meaning: 'Fails unless the topic exists, or comes to exist in time.',
    example: "ASSERT TOPIC 'orders' WITH (PARTITIONS=1) TIMEOUT 5 SECONDS;",
  },
]

/** Names of all statements. */
export const STATEMENT_NAMES: readonly string[] = STATEMENTS.flatMap(({ names }) => names)

/** Examples of all statements. */
export const STATEMENT_EXAMPLES: readonly string[] = STATEMENTS.map(({ example }) => example)

/** The help for all statements whose names begin with `text`, in either case; null: there are none. */
export function statementHelp(text: string): string | null {
  const wanted = text.toUpperCase().replaceAll(/\s+/g, ' ')
  const found = STATEMENTS.filter(({ names }) => names.some((name) => name === wanted || name.startsWith(`${wanted} `)))
  if (found.length === 0) return null
  return found.map(({ form, meaning, example }) => `${meaning}\n\n${form}\n\nExample:\n${example}`).join('\n\n---\n\n')
}
