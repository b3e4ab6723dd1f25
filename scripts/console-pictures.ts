/**
 * Takes the pictures of the console that docs/console.md and the README show, from a server of its own with live data:
 * `node scripts/console-pictures.ts`. Needs a Chromium (scripts/find-chromium.mjs) and a built console (`npm run build`).
 */
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { ConsoleServer } from '../test/browser/support/console-server.ts'
import { findChromium } from './find-chromium.mjs'

const FOLDER = join(import.meta.dirname, '../docs/pictures')
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

const executablePath = findChromium()
if (executablePath === null) throw new Error('No Chromium was found: apt-get install chromium, or set CHROMIUM.')
const server = await ConsoleServer.start()
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
try {
  await server.execute(STATEMENTS)
  await server.insert(
    'USERS',
    Array.from({ length: 50 }, (_, i) => ({ userid: `u${i}`, plan: i % 3 === 0 ? 'team' : 'free' })),
  )
  const feeding = feed(server)
  await takeSql(await openPage(browser, 'light'))
  await takeGraph(await openPage(browser, 'dark'))
  clearInterval(feeding)
} finally {
  await browser.close()
  await server.close()
}

/** Inserts records until the timer is cleared. */
function feed(target: ConsoleServer): NodeJS.Timeout {
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
    void target.insert('LOGS', rows)
  }, 250)
}

async function openPage(from: Browser, colorScheme: 'light' | 'dark'): Promise<Page> {
  const context = await from.newContext({ viewport: { width: 1180, height: 700 }, colorScheme })
  return context.newPage()
}

async function takeSql(page: Page): Promise<void> {
  const sql = '-- The newest average of each state, as it changes\nSELECT state, n, avg_ms FROM per_state EMIT CHANGES;'
  await page.goto(`${server.url}/console?sql=${encodeURIComponent(sql)}`)
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await page.getByRole('gridcell', { name: 'OR' }).first().waitFor()
  await page.getByRole('button', { name: 'Chart' }).click()
  await page.getByLabel('Chart of').selectOption({ label: 'AVG_MS' })
  await page.getByLabel('a line for each').selectOption({ label: 'STATE' })
  await page.waitForTimeout(12_000)
  await page.screenshot({ path: join(FOLDER, 'console-sql.png') })
}

async function takeGraph(page: Page): Promise<void> {
  await page.goto(`${server.url}/console/graph`)
  await page.getByRole('link', { name: /^table SLOW_BY_PLAN/ }).waitFor()
  await page.waitForTimeout(6000)
  await page.screenshot({ path: join(FOLDER, 'console-graph.png') })
}
