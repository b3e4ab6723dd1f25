import axe from 'axe-core'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { requireChromium } from '../../scripts/find-chromium.mjs'
import { ConsoleServer } from './support/console-server.ts'

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--enable-precise-memory-info',
]

/** A query that takes milliseconds for each record is behind for longer than a test takes. */
const SLOW_ROUNDS = 200_000
const SLOW_RECORDS = 20_000

let browser: Browser
let server: ConsoleServer
let context: BrowserContext
let page: Page
/** What the page has complained about, such as a violation of its policy. */
let complaints: string[]

beforeAll(async () => {
  browser = await chromium.launch({ executablePath: requireChromium(), args: FLAGS })
  // A slow function must not fail because the machine is busy.
  server = await ConsoleServer.start({ 'millrace.functions.javascript.timeout.ms': '10000' })
  await server.execute(`
    CREATE STREAM readings (sensor STRING KEY, value INT, note STRING)
      WITH (kafka_topic='readings', value_format='JSON', partitions=2);
    CREATE STREAM texts (sensor STRING KEY, value STRING) WITH (kafka_topic='readings', value_format='JSON');
    CREATE TABLE per_sensor AS SELECT sensor, COUNT(*) AS n, SUM(value) AS total FROM readings GROUP BY sensor;
    CREATE STREAM loud AS SELECT sensor, UCASE(note) AS note FROM readings WHERE value > 5;`)
  await server.insert(
    'READINGS',
    Array.from({ length: 500 }, (_, i) => ({ sensor: `s${i % 5}`, value: i, note: `note ${i}` })),
  )
  await server.execute("INSERT INTO texts (sensor, value) VALUES ('s1', 'poison');")
})

afterAll(async () => {
  await browser?.close()
  await server?.close()
})

beforeEach(async () => {
  await open({})
})

afterEach(async () => {
  await context.close()
  expect(complaints).toEqual([])
})

async function open(options: Parameters<Browser['newContext']>[0]): Promise<void> {
  await context?.close()
  context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
  page = await context.newPage()
  complaints = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    const isRefusal = /the server responded with a status|ERR_CONNECTION/.test(message.text())
    if (message.type() === 'error' && !isRefusal) complaints.push(message.text())
  })
}

const visit = (path: string) => page.goto(server.url + path)

const click = (role: 'link' | 'button', name: string | RegExp) =>
  page
    .getByRole(role, { name, exact: typeof name === 'string' })
    .first()
    .click()

/** Opens a view by the menu. */
const menu = (name: string) => page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name }).click()

describe('the console in a browser', () => {
  it('greets a first visit with statements to begin with', async () => {
    await visit('/')
    expect(new URL(page.url()).pathname).toBe('/console')
    await page.getByText('Results appear here').waitFor()
    await page.getByText('running', { exact: false }).first().waitFor()
  })

  it('creates, inserts, follows and draws, from the first statements to a chart', async () => {
    await visit('/console')
    await click('button', 'Create a stream and a table over it')
    await page.getByText('CREATE TABLE per_state').last().waitFor()
    await page.locator('.result .notice.good').waitFor()
    await click('button', 'Insert some rows')
    await page.locator('.result-chip.done').nth(2).waitFor()
    await click('button', 'Watch the table change')
    await page.getByRole('gridcell', { name: 'LA' }).first().waitFor()
    await click('button', 'Chart')
    await page.locator('.chart-canvas canvas').waitFor()
    await click('button', 'Stop')
    await page.getByText('Stopped').waitFor()
  })

  it('runs what is typed, completes names, and underlines what is wrong where it is wrong', async () => {
    await visit('/console')
    await page.locator('.cm-content').click()
    await page.keyboard.type('SELECT * FROM per_sen')
    await page.locator('.cm-tooltip-autocomplete li[aria-selected]').getByText('per_sensor').waitFor()
    // The list ignores keys in its first 75 ms, so that nobody chooses what they have not seen. Source: CodeMirror's `interactionDelay`.
    await page.waitForTimeout(200)
    await page.keyboard.press('Enter')
    await page.keyboard.type(';')
    await page.keyboard.press('Control+Enter')
    await page.getByRole('gridcell', { name: 's4' }).waitFor()
    await page.keyboard.type('\nSELECT nothing FROM per_sensor;')
    await page.keyboard.press('Control+Enter')
    await page.locator('.notice.bad').getByText('NOTHING', { exact: false }).waitFor()
    await expect.poll(() => page.locator('.cm-lintRange-error').allInnerTexts()).toContain('nothing')
    await page.reload()
    await page.locator('.cm-content').getByText('nothing').waitFor()
  })

  it('finds the query that is furthest behind in three clicks', async () => {
    await server.execute(`
      CREATE STREAM parcels (id INT) WITH (kafka_topic='parcels', value_format='JSON', partitions=1);
      CREATE FUNCTION weigh(id INT) RETURNS INT LANGUAGE JAVASCRIPT AS $$
        let sum = 0
        for (let i = 0; i < ${SLOW_ROUNDS}; i++) sum = (sum + i * id) % 1000
        return sum
      $$;
      CREATE STREAM weights AS SELECT WEIGH(id) AS weight FROM parcels;`)
    await server.insert(
      'PARCELS',
      Array.from({ length: SLOW_RECORDS }, (_, id) => ({ id })),
    )
    try {
      await visit('/console')
      await menu('Queries')
      await click('button', 'Lag')
      const first = page.locator('.data-table tbody tr').first().getByRole('link').first()
      await first.getByText('CSAS_WEIGHTS').waitFor()
      await first.click()
      await page.locator('h1').getByText('CSAS_WEIGHTS').waitFor()
      await page.locator('h1').getByText('lagging').waitFor()
      await page.getByText('It is behind its sources').waitFor()
    } finally {
      await server.execute('DROP STREAM weights;')
    }
  })

  it('finds the slow step in three clicks', async () => {
    await visit('/console')
    await menu('Queries')
    await click('link', /^CTAS_PER_SENSOR/)
    await page.locator('meter.hot').waitFor()
    await page.getByText('The slowest step is').waitFor()
  })

  it('finds the poison record with its cause in three clicks', async () => {
    await visit('/console')
    await menu('Errors')
    await page.locator('.records summary').filter({ hasText: 'PER_SENSOR' }).first().click()
    await page.locator('details[open]').getByText('path: $.VALUE', { exact: false }).first().waitFor()
    await page
      .locator('details[open]')
      .getByRole('link', { name: /^Record/ })
      .click()
    await page.locator('h1').getByText('readings').waitFor()
    await page.locator('.records details[open]').getByText('poison').first().waitFor()
  })

  it('sends a poison record again with another value, after it has asked, and says so before a second time', async () => {
    await visit('/console/errors')
    const open = () => page.locator('details[open]')
    await page.locator('.records summary').filter({ hasText: 'PER_SENSOR' }).first().click()
    await click('button', 'Send again…')
    const value = page.getByRole('dialog').getByLabel('Value, which you can change')
    await expect.poll(() => value.inputValue()).toContain('poison')
    await value.fill('{"VALUE": 1000000, "NOTE": "mended"}')
    await page.getByRole('dialog').getByRole('button', { name: 'Send again' }).click()
    await open().getByText('Sent to partition').waitFor()
    await click('button', 'Send again…')
    await page.getByRole('dialog').getByText('It was sent again before').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    await visit('/console/topics/readings')
    await page.locator('.records summary').filter({ hasText: 'mended' }).click()
    await open().getByText('__millrace.sent.again.from').waitFor()
  })

  it('sends a dead letter to the topic that it came from', async () => {
    await server.execute(`
      CREATE STREAM careful (id STRING KEY, n INT)
        WITH (kafka_topic='careful', value_format='JSON', partitions=1, on_error='DEAD_LETTER');
      CREATE STREAM careless (id STRING KEY, n STRING) WITH (kafka_topic='careful', value_format='JSON');
      CREATE STREAM halves AS SELECT id, n / 2 AS half FROM careful;
      INSERT INTO careless (id, n) VALUES ('a', 'seven');`)
    await visit('/console/topics/careful-dead-letter')
    await page.getByText('Failed in CSAS_HALVES').waitFor({ timeout: 30_000 })
    await click('button', 'Send again…')
    await page.getByRole('dialog').getByRole('button', { name: 'Send again' }).click()
    await page.getByText('Sent to partition 0 of careful').waitFor()
    await visit('/console/topics/careful')
    await expect.poll(() => page.locator('.records > li').count()).toBe(2)
  })

  it('pauses, resumes and drops a connector', async () => {
    await server.execute(
      "CREATE SOURCE orders_data WITH (connector='datagen', topic='orders', quickstart='orders', rate=1);",
    )
    await visit('/console/connectors/ORDERS_DATA')
    const heading = page.locator('h1')
    await click('button', 'Pause')
    await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click()
    await heading.getByText('paused').waitFor()
    await click('button', 'Resume')
    await heading.getByText('running').waitFor()
    await click('button', 'Drop')
    await page.getByRole('dialog').getByText('ends for good', { exact: false }).waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Drop' }).click()
    await page.getByText('No connector runs here').waitFor()
  })

  it('draws the graph, which leads to its parts', async () => {
    await visit('/console/graph')
    await page.getByRole('link', { name: /^query CTAS_PER_SENSOR/ }).waitFor()
    await page.getByRole('link', { name: /^table PER_SENSOR/ }).click()
    await page.getByText('Key format').waitFor()
    await click('button', 'Read 50 rows')
    await page.getByRole('gridcell', { name: 's3' }).waitFor()
  })

  it('asks before it terminates a query', async () => {
    await server.execute('CREATE STREAM doomed AS SELECT * FROM readings;')
    await visit('/console/queries')
    await click('link', /^CSAS_DOOMED/)
    await click('button', 'Terminate')
    await page.getByRole('dialog').getByText('ends for good', { exact: false }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await click('button', 'Terminate')
    await page.getByRole('dialog').getByRole('button', { name: 'Terminate' }).click()
    await page.locator('h1').getByText('Queries').waitFor()
    await expect.poll(() => page.getByRole('link', { name: /^CSAS_DOOMED/ }).count(), { timeout: 20_000 }).toBe(0)
  })

  it('keeps 100,000 live rows at 30 frames a second, in less than 200 MB', async () => {
    await server.execute(
      "CREATE STREAM big (id INT, name STRING, amount DOUBLE) WITH (kafka_topic='big', value_format='JSON', partitions=1);",
    )
    const rows = (count: number, from: number) =>
      Array.from({ length: count }, (_, i) => ({ id: from + i, name: `name of row ${from + i}`, amount: i / 7 }))
    await server.insert('BIG', rows(99_000, 0))
    await visit(`/console?sql=${encodeURIComponent('SELECT * FROM big EMIT CHANGES;')}`)
    await click('button', 'Run')
    const count = () => page.locator('.live-count b').textContent()
    await expect.poll(count, { timeout: 60_000 }).toBe('99,000')
    await click('button', 'AMOUNT')
    let next = 99_000
    const inserting = setInterval(() => {
      void server.insert('BIG', rows(20, next))
      next += 20
    }, 200)
    try {
      // A machine that is busy with other tests may not give the browser a whole second at once.
      await expect.poll(() => page.evaluate(framesOfASecond), { timeout: 30_000 }).toBeGreaterThanOrEqual(30)
    } finally {
      clearInterval(inserting)
    }
    expect(await page.evaluate(usedMegabytes)).toBeLessThan(200)
    expect(await page.locator('.live-row').count()).toBeLessThan(200)
  })

  it('comes back by itself after a restart of the server', async () => {
    await visit('/console/queries')
    await page.getByRole('link', { name: /^CTAS_PER_SENSOR/ }).waitFor()
    await server.kill()
    await page.getByText('trying again').first().waitFor({ timeout: 20_000 })
    await server.start()
    await page.locator('.server-state').getByText('running').waitFor({ timeout: 40_000 })
    await page.locator('.notice.bad').waitFor({ state: 'detached', timeout: 20_000 })
    await page.getByRole('link', { name: /^CTAS_PER_SENSOR/ }).waitFor()
  })

  const VIEWS = [
    '',
    '/graph',
    '/queries',
    '/sources/PER_SENSOR',
    '/topics/readings',
    '/errors',
    '/functions',
    '/server',
  ]

  // Each colour scheme and each width once: colours and layout do not depend on each other.
  it.each([
    ['light', 1280],
    ['dark', 390],
  ] as const)('has no serious fault of access in %s colours at %i pixels', async (colorScheme, width) => {
    await open({ colorScheme, viewport: { width, height: 800 } })
    for (const path of VIEWS) {
      await visit(`/console${path}`)
      await page.locator('h1').first().waitFor()
      await page.waitForLoadState('networkidle')
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
      await page.evaluate(axe.source)
      const faults = await page.evaluate(seriousFaults)
      expect(faults, path).toEqual([])
    }
  })
})

describe('the console of a server with users', () => {
  it('works with the user and password that the browser was given', async () => {
    const guarded = await ConsoleServer.start({
      'authentication.method': 'BASIC',
      'authentication.users.location': `${import.meta.dirname}/../support/users.properties`,
    })
    try {
      await open({ httpCredentials: { username: 'anna', password: 'secret' } })
      await page.goto(guarded.url)
      await page.locator('.server-state').getByText('running').waitFor()
      await menu('Queries')
      await page.getByText('No query runs here').waitFor()
    } finally {
      await guarded.close()
    }
  })
})

// ---- What runs in the page ---------------------------------------------------------------------------------------------------------

/** Scrolls through the table for a second, and counts the frames that were drawn. */
function framesOfASecond(): Promise<number> {
  const scroller = document.querySelector('.live-rows')!
  return new Promise((resolve) => {
    const end = performance.now() + 1000
    let frames = 0
    const frame = (now: number) => {
      frames++
      scroller.scrollTop = (scroller.scrollTop + 2000) % scroller.scrollHeight
      if (now < end) requestAnimationFrame(frame)
      else resolve(frames)
    }
    requestAnimationFrame(frame)
  })
}

const usedMegabytes = (): number =>
  (performance as unknown as { readonly memory: { readonly usedJSHeapSize: number } }).memory.usedJSHeapSize / 2 ** 20

async function seriousFaults(): Promise<string[]> {
  const { run } = (globalThis as unknown as { readonly axe: typeof axe }).axe
  const { violations } = await run()
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}
