import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { SlotOwner } from '../../src/broker/slot-owner.ts'
import type { Peers } from '../../src/engine/cluster/peers.ts'
import { SLOTS, slotOf } from '../../src/runtime/slots.ts'
import { peerHttp } from '../../src/server/peer-http.ts'
import { TestEngine, temporaryDirectory } from '../support/engine.ts'
import { startTestServer, type TestServer } from '../support/test-server.ts'

const PARTITIONS = 4
const ALL = Array.from({ length: SLOTS }, (_, slot) => slot)
/** Two of the slots of `t`, and the rest. */
const half = [slotOf('s', 0), slotOf('s', 2)]
const rest = ALL.filter((slot) => !half.includes(slot))

/** Every kind of value that JSON and we do not write alike. */
const SELECTED = `k, n, big, price, d, t, ts, bytes, xs, m, part`
const ROW = `'a', 1, 9007199254740993, 12.30, '2024-02-29', '10:11:12', '2024-02-29T10:11:12.345', 'AQID', ARRAY[1, null], MAP('x' := 'y'), STRUCT(p := 1, q := 'z')`

describe('servers of a cluster', () => {
  let directory: ReturnType<typeof temporaryDirectory>
  let alone: TestEngine
  let owners: SlotOwner[] = []
  const left = new Set<string>()
  const members: { engine: TestEngine; server: TestServer }[] = []

  async function join(properties: Readonly<Record<string, string>> = {}) {
    const address = { url: '' }
    const peers: Peers = {
      get address() {
        return address.url
      },
      isMember: true,
      owners: async () => owners,
      async leave() {
        left.add(address.url)
      },
      post: peerHttp({ ca: undefined }),
    }
    const engine = await alone.member({ peers }, properties)
    const server = await startTestServer(engine.engine)
    address.url = server.url
    const member = { engine, server }
    members.push(member)
    return member
  }

  /** Gives them slots, and tells all of it. */
  function share(...shares: (readonly number[])[]): void {
    owners = members.map(({ server }, index) => ({ address: server.url, slots: shares[index] ?? [], standbys: [] }))
    for (const [index, { engine }] of members.entries()) engine.runtime.takeSlots(shares[index] ?? [])
  }

  const settled = async () => {
    for (const { engine } of members) await engine.settled()
  }

  /** The rows of /query-stream, without the head. */
  async function pull(server: TestServer, sql: string, requestProperties = {}): Promise<unknown[]> {
    const answer = await fetch(`${server.url}/query-stream`, {
      method: 'POST',
      headers: { accept: 'application/vnd.ksqlapi.delimited.v1' },
      body: JSON.stringify({ sql, requestProperties }),
    })
    const lines = (await answer.text()).trim().split('\n')
    return lines.slice(1).map((line) => JSON.parse(line))
  }

  beforeEach(async () => {
    directory = temporaryDirectory()
    alone = await TestEngine.open(directory.path)
  })

  afterEach(async () => {
    for (const { engine, server } of members.splice(0)) {
      await server.close()
      await engine.closeEngine()
    }
    await alone.close()
    directory.remove()
  })

  async function counting(rows: number): Promise<void> {
    const sequence = await members[0]!.engine.execute(`
      CREATE STREAM s (k STRING KEY, n INT) WITH (kafka_topic='s', value_format='JSON', partitions=${PARTITIONS});
      CREATE TABLE t AS SELECT k, COUNT(*) AS c, SUM(n) AS total FROM s GROUP BY k;`)
    for (let n = 0; n < rows; n++) await members[0]!.engine.execute(`INSERT INTO s VALUES ('k${n % 20}', ${n});`)
    expect(sequence.length).toBeGreaterThan(0)
    await settled()
  }

  test('find all rows whichever server is asked, by key and by scan', async () => {
    const [one, two] = [await join(), await join()]
    share(half, rest)
    await counting(40)
    const expected = Array.from({ length: 20 }, (_, n) => [`k${n}`, 2, n + n + 20])
    for (const { server } of [one, two]) {
      const rows = (await pull(server, 'SELECT k, c, total FROM t;')) as [string, number, number][]
      expect(rows.toSorted(([a], [b]) => Number(a.slice(1)) - Number(b.slice(1)))).toEqual(expected)
      for (const row of expected.slice(0, 8)) {
        expect(await pull(server, `SELECT k, c, total FROM t WHERE k = '${row[0]}';`)).toEqual([row])
      }
      expect(await pull(server, 'SELECT k FROM t LIMIT 15;')).toHaveLength(15)
    }
  })

  test('answer from partitions that are here alone if another server asks, and not at all from others', async () => {
    const [one] = [await join(), await join()]
    share(half, rest)
    await counting(20)
    const skip = { 'request.ksql.query.pull.skip.forwarding': true }
    const here = await pull(one.server, 'SELECT k FROM t;', { ...skip, 'request.ksql.query.pull.partition': '0,2' })
    expect(here.length).toBeGreaterThan(0)
    expect(here.length).toBeLessThan(20)
    const all = await pull(one.server, 'SELECT k FROM t;', skip)
    expect(all).toEqual([expect.objectContaining({ message: expect.stringContaining('No server has all partitions') })])
  })

  test('wait while slots move, and fail when nobody has them', async () => {
    const one = await join({ 'ksql.query.pull.forwarding.timeout.ms': '300' })
    const two = await join()
    share(half, rest)
    await counting(20)
    const [, restOwner] = owners
    owners = [owners[0]!]
    const waiting = pull(two.server, 'SELECT k FROM t;')
    owners = [...owners, restOwner!]
    expect(await waiting).toHaveLength(20)
    owners = [owners[0]!]
    expect(await pull(one.server, 'SELECT k FROM t;')).toEqual([
      expect.objectContaining({ message: expect.stringContaining('No server has all partitions') }),
    ])
    owners = [owners[0]!, { address: 'http://127.0.0.1:1', slots: rest, standbys: [] }]
    expect(await pull(one.server, 'SELECT k FROM t;')).toEqual([
      expect.objectContaining({ message: expect.stringContaining('cannot be reached') }),
    ])
  })

  test('bring values of all types over unchanged', async () => {
    const [one, two] = [await join(), await join()]
    share(ALL, [])
    await one.engine.execute(`
      CREATE STREAM src (k STRING KEY, n INT, big BIGINT, price DECIMAL(8, 2), d DATE, t TIME, ts TIMESTAMP, bytes BYTES,
        xs ARRAY<INT>, m MAP<STRING, STRING>, part STRUCT<p INT, q STRING>, ratio DOUBLE)
        WITH (kafka_topic='src', value_format='JSON', partitions=2);
      CREATE TABLE kept AS SELECT k, LATEST_BY_OFFSET(n) AS n, LATEST_BY_OFFSET(big) AS big, LATEST_BY_OFFSET(price) AS price,
        LATEST_BY_OFFSET(d) AS d, LATEST_BY_OFFSET(t) AS t, LATEST_BY_OFFSET(ts) AS ts, LATEST_BY_OFFSET(bytes) AS bytes,
        LATEST_BY_OFFSET(xs) AS xs, LATEST_BY_OFFSET(m) AS m, LATEST_BY_OFFSET(part) AS part,
        LATEST_BY_OFFSET(ratio) AS ratio FROM src GROUP BY k;
      INSERT INTO src VALUES (${ROW}, 1.5);`)
    await settled()
    const sql = `SELECT ${SELECTED}, ratio, CAST('NaN' AS DOUBLE) AS nan FROM kept WHERE k = 'a';`
    const local = await pull(one.server, sql)
    expect(local).toHaveLength(1)
    expect(await pull(two.server, sql)).toEqual(local)
  })

  test('tell the states of a query on all servers, also of one that does not answer', async () => {
    const [one, two] = [await join(), await join()]
    share(half, rest)
    await counting(1)
    const show = async () => {
      const [entity] = await one.engine.execute('SHOW QUERIES;')
      return (entity as unknown as { queries: { id: string; statusCount: object; state: string }[] }).queries[0]!
    }
    expect(await show()).toMatchObject({ statusCount: { RUNNING: 2 }, state: 'RUNNING' })
    const { id } = await show()
    const [explained] = await two.engine.execute(`EXPLAIN ${id};`)
    const hosts = [one, two].map(({ server }) => server.url.replace('http://', ''))
    expect(explained).toMatchObject({
      queryDescription: { ksqlHostQueryStatus: { [hosts[0]!]: 'RUNNING', [hosts[1]!]: 'RUNNING' }, state: 'RUNNING' },
    })
    owners = [...owners, { address: 'http://127.0.0.1:1', slots: [], standbys: [] }]
    expect(await show()).toMatchObject({ statusCount: { RUNNING: 2, UNRESPONSIVE: 1 }, state: 'UNRESPONSIVE' })
  })

  test('tell who has which partitions', async () => {
    const [one, two] = [await join(), await join()]
    share(half, rest)
    await counting(1)
    const { clusterStatus } = (await (await fetch(`${two.server.url}/clusterStatus`)).json()) as {
      clusterStatus: Record<string, { activeStandbyPerQuery: Record<string, unknown> }>
    }
    const [first, second] = [one, two].map(({ server }) => clusterStatus[server.url.replace('http://', '')]!)
    const part = (partition: number) => ({ topic: 's', partition })
    expect(Object.values(first!.activeStandbyPerQuery)).toMatchObject([
      { activeStores: [expect.stringContaining('Aggregate')], activePartitions: [part(0), part(2)] },
    ])
    expect(Object.values(second!.activeStandbyPerQuery)).toMatchObject([{ activePartitions: [part(1), part(3)] }])
  })

  test('give their slots up when the cluster is terminated, so that a new one has them all', {
    timeout: 20_000,
  }, async () => {
    const [one, two] = [await join(), await join()]
    share(half, rest)
    await counting(1)
    await fetch(`${one.server.url}/ksql/terminate`, { method: 'POST', body: '{}' })
    await expect.poll(() => left, { timeout: 10_000 }).toEqual(new Set([one.server.url, two.server.url]))
  })
})
