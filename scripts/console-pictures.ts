/**
 * Takes the pictures of the console that docs/console.md and the README show, from a server of its own with live data:
 * `node scripts/console-pictures.ts`. Needs a Chromium (scripts/find-chromium.mjs) and a built console (`npm run build`).
 */
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { ConsoleServer } from '../test/browser/support/console-server.ts'
import { requireChromium } from './find-chromium.mjs'
import { startFeeding } from './picture-data.ts'

const FOLDER = join(import.meta.dirname, '../docs/pictures')
const executablePath = requireChromium()
const server = await ConsoleServer.start()
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
try {
  const feeding = await startFeeding(server)
  await takeSql(await openPage(browser, 'light'))
  await takeGraph(await openPage(browser, 'dark'))
  clearInterval(feeding)
} finally {
  await browser.close()
  await server.close()
}

async function openPage(from: Browser, colorScheme: 'light' | 'dark'): Promise<Page> {
  const context = await from.newContext({ viewport: { width: 1280, height: 740 }, colorScheme })
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
