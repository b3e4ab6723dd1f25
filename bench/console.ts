/**
 * The console's cost: `npm run bench -- console [--queries 100] [--seconds 20] [--reps 3] [--views graph,queries]`. Measures the CPU time of a
 * server with many running queries while a page of the console is open in Chromium, beside the same server without one, by turns. Needs a
 * Chromium (scripts/find-chromium.mjs).
 */
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type Browser, chromium } from 'playwright-core'
import { buildConsole } from '../scripts/build-console.mjs'
import { requireChromium } from '../scripts/find-chromium.mjs'
import { median } from './median.ts'
import { type MeasuredServer, startMillrace } from './pull/measured-server.ts'

const { values } = parseArgs({
  options: {
    queries: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '20' },
    reps: { type: 'string', default: '3' },
    views: { type: 'string', default: 'graph,queries,query' },
  },
})
const queries = Number(values.queries)
const seconds = Number(values.seconds)
const reps = Number(values.reps)
/** A query that has just started still works. */
const SETTLE_MS = 15_000

const root = `${import.meta.dirname}/..`
const executablePath = requireChromium()
await buildConsole(`${root}/dist/console`)
const server = await startMillrace(root)
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
try {
  await createQueries(server)
  const paths = {
    graph: '/graph',
    queries: '/queries',
    query: `/queries/${await someQuery(server)}`,
    server: '/server',
  }
  await delay(SETTLE_MS)
  console.log(`${queries} queries, ${reps} turns of ${seconds} s; percent of one core`)
  console.log(`${'view'.padEnd(10)}${'without'.padStart(9)}${'open'.padStart(9)}${'cost'.padStart(9)}`)
  for (const view of values.views.split(',')) {
    const path = paths[view as keyof typeof paths]
    if (path === undefined) throw new Error(`There is no view '${view}'. Views: ${Object.keys(paths).join(', ')}.`)
    console.log(view.padEnd(10) + (await costOf(path, browser)).map((share) => share.toFixed(2).padStart(9)).join(''))
  }
} finally {
  await browser.close()
  await server.stop()
}

/** Medians without and with the page, and of the differences, in percent of one core. */
async function costOf(path: string, from: Browser): Promise<[without: number, open: number, cost: number]> {
  const without: number[] = []
  const open: number[] = []
  for (let turn = 0; turn < reps; turn++) {
    without.push(await measure())
    const page = await from.newPage()
    await page.goto(`${server.url}/console${path}`)
    await page.locator('h1').first().waitFor()
    await delay(2000)
    open.push(await measure())
    await page.close()
    await delay(1000)
  }
  return [median(without), median(open), median(open.map((share, i) => share - without[i]!))]
}

async function measure(): Promise<number> {
  const [cpu, time] = [server.cpuMicros(), performance.now()]
  await delay(seconds * 1000)
  return ((server.cpuMicros() - cpu) / 1000 / (performance.now() - time)) * 100
}

async function createQueries({ client }: MeasuredServer): Promise<void> {
  const run = async (ksql: string) => client.post('/ksql', { ksql })
  await run(
    "CREATE STREAM events (id STRING KEY, n INT) WITH (kafka_topic='events', value_format='JSON', partitions=2);",
  )
  for (let i = 0; i < queries; i++) {
    const name = `q${i}`
    await run(
      i % 2 === 0
        ? `CREATE STREAM ${name} AS SELECT id, n FROM events WHERE n > ${i};`
        : `CREATE TABLE ${name} AS SELECT id, COUNT(*) AS n FROM events GROUP BY id;`,
    )
  }
  await run("INSERT INTO events VALUES ('a', 1), ('b', 200), ('c', 3);")
}

async function someQuery({ url }: MeasuredServer): Promise<string> {
  const overview = (await (await fetch(`${url}/console/api/overview`)).json()) as {
    readonly queries: readonly { readonly id: string }[]
  }
  return overview.queries[1]!.id
}
