/** Statements for a first visit: each can be run as it is, in this order. */

export interface Example {
  readonly title: string
  readonly sql: string
}

export const EXAMPLES: readonly Example[] = [
  {
    title: 'Create a stream and a table over it',
    sql: `CREATE STREAM logs (userid STRING KEY, state STRING, kind STRING, ms INT)
  WITH (kafka_topic='logs', value_format='JSON', partitions=4);

CREATE TABLE per_state AS
  SELECT state, COUNT(*) AS n, AVG(ms) AS avg_ms
  FROM logs GROUP BY state EMIT CHANGES;
`,
  },
  {
    title: 'Insert some rows',
    sql: `INSERT INTO logs (userid, state, kind, ms) VALUES ('u1', 'LA', 'user', 12);
INSERT INTO logs (userid, state, kind, ms) VALUES ('u2', 'CA', 'user', 31);
INSERT INTO logs (userid, state, kind, ms) VALUES ('u3', 'LA', 'machine', 8);
`,
  },
  { title: 'Watch the table change', sql: 'SELECT * FROM per_state EMIT CHANGES;\n' },
  { title: 'Look into the topic', sql: 'PRINT logs FROM BEGINNING;\n' },
]
