/** Queries over data that moves, of which the documentation has pictures. */
import type { ConsoleServer } from '../test/browser/support/console-server.ts'

const STATES = ['LA', 'CA', 'NY', 'TX', 'WA', 'OR']
const STATEMENTS = `
  CREATE STREAM logs (userid STRING KEY, state STRING, kind STRING, ms INT)
    WITH (kafka_topic='logs', value_format='JSON', partitions=4);
  CREATE TABLE users (userid STRING PRIMARY KEY, plan STRING) WITH (kafka_topic='users', value_format='JSON', partitions=4);
  CREATE STREAM la_users AS SELECT userid, ms FROM logs WHERE state = 'LA' AND kind = 'user';
  CREATE TABLE per_state AS SELECT state, COUNT(*) AS n, AVG(ms) AS avg_ms FROM logs GROUP BY state;
  CREATE TABLE per_minute AS SELECT kind, COUNT(*) AS n FROM logs WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY kind;
  CREATE STREAM with_plan AS SELECT l.userid AS userid, u.plan, l.ms FROM logs l LEFT JOIN users u ON l.userid = u.userid;
  CREATE TABLE slow_by_plan AS SELECT plan, COUNT(*) AS n FROM with_plan WHERE ms > 30 GROUP BY plan;`

/** Creates the queries, and inserts records until the timer is cleared. */
export async function startFeeding(server: ConsoleServer): Promise<NodeJS.Timeout> {
  await server.execute(STATEMENTS)
  await server.insert(
    'USERS',
    Array.from({ length: 50 }, (_, i) => ({ userid: `u${i}`, plan: i % 3 === 0 ? 'team' : 'free' })),
  )
  let next = 0
  return setInterval(() => {
    const rows = Array.from({ length: 60 }, () => {
      const i = next++
      const wave = Math.sin(i / 400 + (i % STATES.length))
      return {
        userid: `u${i % 50}`,
        state: STATES[i % STATES.length],
        kind: i % 4 === 0 ? 'machine' : 'user',
        ms: Math.round(28 + 14 * wave + (i % 7)),
      }
    })
    void server.insert('LOGS', rows)
  }, 250)
}
