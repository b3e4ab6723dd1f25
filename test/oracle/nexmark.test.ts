/** The Nexmark queries of bench/nexmark/queries: all of them can be created, and those that keep state have the content that SQLite gives. */
import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { EMPTY_METASTORE, type Metastore, putSource } from '../../src/metastore/metastore.ts'
import type { PlanContext } from '../../src/plan/builder.ts'
import { type PlannedCreateAs, planCreateAs } from '../../src/plan/queries/persistent-query.ts'
import { planCreateSource } from '../../src/plan/statements/create-source.ts'
import { parseStatements } from '../../src/sql/parse.ts'
import type { Row } from '../../src/types/value.ts'
import { FUNCTIONS, PartitionedDriver } from '../support/partitioned-driver.ts'
import { forEachSeed, type Random } from '../support/seeds.ts'

const PARTITIONS = 4
const textOf = (name: string): string =>
  readFileSync(new URL(`../../bench/nexmark/queries/${name}.sql`, import.meta.url), 'utf8')
const contextOf = (metastore: Metastore): PlanContext => ({
  metastore,
  functions: FUNCTIONS,
  partitions: () => PARTITIONS,
  config: () => undefined,
})

const SOURCES = parseStatements(textOf('sources')).reduce<Metastore>((metastore, statement) => {
  if (statement.kind !== 'createSource') throw new Error(`no source: ${statement.text}`)
  return putSource(metastore, planCreateSource(statement, contextOf(metastore)).source)
}, EMPTY_METASTORE)

/** The plan of the last statement of a query's file. */
function planned(name: string): PlannedCreateAs {
  let metastore = SOURCES
  let last: PlannedCreateAs | undefined
  for (const statement of parseStatements(textOf(name))) {
    if (statement.kind !== 'createAs') throw new Error(`no query: ${statement.text}`)
    last = planCreateAs(statement, name, contextOf(metastore))
    metastore = putSource(metastore, last.source)
  }
  return last!
}

describe('every query can be created', () => {
  it.each(Array.from({ length: 23 }, (_, i) => `q${i}`))('%s', (name) => {
    expect(planned(name).plan.steps.at(-1)!.kind).toBe('sink')
  })
})

const OPEN_BIDS = 'auction a JOIN bid b ON a.id = b.auction AND b.dateTime BETWEEN a.dateTime AND a.expires'
const DAY = "strftime('%Y-%m-%d', dateTime / 1000, 'unixepoch')"
const WINNING = `SELECT * FROM (SELECT a.*, b.auction, b.bidder, b.price, b.dateTime AS bidDateTime, b.extra AS bidExtra,
  ROW_NUMBER() OVER (PARTITION BY a.id ORDER BY b.price DESC, b.dateTime) AS n FROM ${OPEN_BIDS}) WHERE n = 1`
const WINDOWS = `SELECT auction, COUNT(*) AS num, start AS starttime, start + 10000 AS endtime FROM bid
  JOIN (WITH RECURSIVE w(start) AS (SELECT 0 UNION ALL SELECT start + 2000 FROM w WHERE start < 100000) SELECT start FROM w)
  ON dateTime >= start AND dateTime < start + 10000 GROUP BY auction, start`
const counts = (column: string, prefix: string): string =>
  `COUNT(${column}) AS total_${prefix}, COUNT(${column}) FILTER (WHERE price < 10000) AS rank1_${prefix},
   COUNT(${column}) FILTER (WHERE price >= 10000 AND price < 1000000) AS rank2_${prefix},
   COUNT(${column}) FILTER (WHERE price >= 1000000) AS rank3_${prefix}`
const ALL_COUNTS = [
  counts('*', 'bids'),
  counts('DISTINCT bidder', 'bidders'),
  counts('DISTINCT auction', 'auctions'),
].join(', ')

const REFERENCES: Record<string, string> = {
  q3: `SELECT p.name, p.city, p.state, a.id FROM auction a JOIN person p ON a.seller = p.id
       WHERE a.category = 10 AND p.state IN ('OR', 'ID', 'CA')`,
  q4: `SELECT category, AVG(final) AS price FROM (SELECT MAX(b.price) AS final, a.category AS category FROM ${OPEN_BIDS} GROUP BY a.id, a.category)
       GROUP BY category`,
  q5: `SELECT auction, num, starttime, endtime FROM (SELECT *, RANK() OVER (PARTITION BY starttime ORDER BY num DESC) AS r FROM (${WINDOWS}))
       WHERE r = 1`,
  q6: `SELECT id, seller, AVG(price) OVER (PARTITION BY seller ORDER BY bidDateTime, id ROWS BETWEEN 9 PRECEDING AND CURRENT ROW) AS average
       FROM (${WINNING})`,
  q7: `SELECT DISTINCT auction, price, bidder, dateTime, extra FROM (SELECT *, RANK() OVER (PARTITION BY dateTime / 10000 ORDER BY price DESC) AS r
       FROM bid) WHERE r = 1`,
  q8: `SELECT DISTINCT p.id, p.name, p.dateTime - p.dateTime % 10000 AS starttime FROM person p JOIN auction a
       ON p.id = a.seller AND p.dateTime / 10000 = a.dateTime / 10000`,
  q9: `SELECT id, itemName, description, initialBid, reserve, dateTime, expires, seller, category, extra, auction, bidder, price, bidDateTime, bidExtra
       FROM (${WINNING})`,
  q15: `SELECT ${DAY} AS day, ${ALL_COUNTS} FROM bid GROUP BY day`,
  q16: `SELECT channel, ${DAY} AS day, MAX(strftime('%H:%M', dateTime / 1000, 'unixepoch')) AS minute, ${ALL_COUNTS} FROM bid GROUP BY channel, day`,
  q17: `SELECT auction, ${DAY} AS day, ${counts('*', 'bids')}, MIN(price) AS min_price, MAX(price) AS max_price, AVG(price) AS avg_price,
        SUM(price) AS sum_price FROM bid GROUP BY auction, day`,
  q18: `SELECT auction, bidder, price, channel, url, dateTime, extra FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY bidder, auction
        ORDER BY dateTime DESC) AS n FROM bid) WHERE n = 1`,
  q19: `SELECT auction, bidder, price, channel, url, dateTime, extra, n AS rank_number FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY auction
        ORDER BY price DESC) AS n FROM bid) WHERE n <= 10`,
  q20: `SELECT b.auction, b.bidder, b.price, b.channel, b.url, b.dateTime AS bidDateTime, b.extra AS bidExtra, a.itemName, a.description,
        a.initialBid, a.reserve, a.dateTime, a.expires, a.seller, a.category, a.extra FROM bid b JOIN auction a ON b.auction = a.id
        WHERE a.category = 10`,
}

describe('the content is that of the query over all events', () => {
  it.each(Object.entries(REFERENCES))('%s', (name, reference) => {
    forEachSeed((random) => check(name, reference, random), SEEDS)
  })
})

const SEEDS = 4

interface Event {
  readonly source: string
  readonly row: Row
  readonly time: number
}

/** Times and prices are never the same twice, so that orders have no ties but those of counts. */
function eventsOf(random: Random): Event[] {
  let time = 1000
  let price = 0
  const [people, auctions] = [[] as number[], [] as number[]]
  return Array.from({ length: 300 }, (): Event => {
    time += random.integer(1, 400)
    if (people.length < 3 || random.chance(0.1)) {
      const id = people.push(people.length) - 1
      const state = random.pick(['OR', 'ID', 'CA', 'NY'])
      return { source: 'PERSON', time, row: [id, `name ${id}`, 'mail', 'card', 'city', state, time, 'x'] }
    }
    if (auctions.length < 3 || random.chance(0.2)) {
      const id = auctions.push(auctions.length) - 1
      const [seller, category] = [random.pick(people.slice(-4)), random.integer(9, 11)]
      const expires = time + random.integer(0, 20_000)
      return { source: 'AUCTION', time, row: [id, `item ${id}`, 'text', 5, 10, time, expires, seller, category, 'cc'] }
    }
    price = (price * 7919 + 12_345 + time) % 2_000_003
    const [auction, bidder] = [random.pick(auctions.slice(-5)), random.pick(people)]
    const channel = random.pick(['Apple', 'other'])
    return { source: 'BID', time, row: [auction, bidder, price, channel, 'https://a/b/c/d', time, `c${time}`] }
  })
}

function check(name: string, reference: string, random: Random): void {
  const { plan, source } = planned(name)
  const driver = new PartitionedDriver({
    plan,
    partitions: PARTITIONS,
    random: (below) => random.integer(0, below - 1),
    coalesces: random.chance(0.5),
  })
  const database = new DatabaseSync(':memory:')
  for (const [table, { schema }] of SOURCES.sources) {
    const columns = [...schema.key, ...schema.value].map(
      (column) => `${column.name} ${column.type.kind === 'BIGINT' ? 'INTEGER' : 'TEXT'}`,
    )
    database.exec(`CREATE TABLE ${table} (${columns.join(', ')})`)
  }
  for (const { source: table, row, time } of eventsOf(random)) {
    database.prepare(`INSERT INTO ${table} VALUES (${row.map(() => '?').join(', ')})`).run(...(row as number[]))
    driver.send(table, { key: [random.integer(0, 9)], value: row, timestamp: time })
    driver.advance(random.integer(0, 8))
    if (random.chance(0.01)) driver.restart()
  }
  driver.finish()
  const names = [...source.schema.key, ...source.schema.value].map((column) => column.name)
  const rows = source.kind === 'TABLE' ? driver.table() : driver.output.map(({ value }) => value!)
  const statement = database.prepare(reference)
  const expected = statement.all().map((row) => {
    const byName = new Map(Object.entries(row).map(([column, value]) => [column.toUpperCase(), value]))
    return names.map((column) => byName.get(column) ?? null)
  })
  expect(texts(rows), name).toEqual(texts(expected as Row[]))
  expect(driver.errors).toEqual([])
}

const texts = (rows: readonly Row[]): string[] =>
  rows
    .map((row) =>
      JSON.stringify(row.map((value) => (typeof value === 'number' ? Math.round(value * 1e6) / 1e6 : value))),
    )
    .sort()
