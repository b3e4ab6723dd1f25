import { expect, test } from 'vitest'
import { ManualTimer } from '../../../../src/clock.ts'
import { createConfig } from '../../../../src/engine/config/config.ts'
import { pullTable, type TablePull } from '../../../../src/engine/queries/pull-routing.ts'
import type { ElsewherePart, TableParts } from '../../../../src/runtime/query-runtime.ts'

const OWN = 'http://own'
const OWNER = 'http://owner'
const COPY = 'http://copy'
const PART: ElsewherePart = { partition: 1, slot: 1, standby: null }

interface Situation {
  /** What each server answers, line by line. */
  readonly answers?: Readonly<Record<string, readonly string[]>>
  readonly located?: TableParts | null
  readonly routing?: { readonly skipsForwarding: boolean; readonly partitions: readonly number[] | null }
}

/** A pull query on partition 1, whose owner and whose copy are on other servers. */
function open({ answers = {}, located = { here: [], elsewhere: [PART] }, routing }: Situation) {
  const timer = new ManualTimer()
  const suspects: string[] = []
  const requested: string[] = []
  const table = {
    queryId: 'Q',
    table: 'T',
    pull: { keys: null },
    columns: [{ type: { kind: 'STRING' } }],
    request: { sql: 'SELECT * FROM t;', ...(routing !== undefined && { routing }) },
    reads: { isEnabled: true, maxLag: 2 ** 63 },
  } as unknown as TablePull
  const parts = {
    timer,
    config: createConfig({}),
    startFailure: () => undefined,
    runtime: {
      status: () => ({ state: 'RUNNING' }),
      locate: () => located,
      pull: () => {
        throw new Error('not called')
      },
    },
    peers: {
      address: OWN,
      isMember: true,
      owners: async () => [
        { address: OWN, slots: [], standbys: [] },
        { address: OWNER, slots: [1], standbys: [] },
        { address: COPY, slots: [], standbys: [1] },
      ],
      leave: async () => {},
      async *post({ address }: { readonly address: string }) {
        requested.push(address)
        const lines = answers[address]
        if (lines === undefined) throw new Error(`The server at ${address} cannot be reached.`)
        yield* lines
      },
    },
    health: { isAlive: () => true, hasReported: () => false, suspect: (address: string) => suspects.push(address) },
  } as unknown as Parameters<typeof pullTable>[1]
  const read = async () => {
    const rows: unknown[] = []
    for await (const batch of await pullTable(table, parts, { signal: new AbortController().signal }))
      rows.push(...batch)
    return rows
  }
  return { timer, suspects, requested, read }
}

/** Lets time pass until the promise is settled. */
async function passing<Result>(timer: ManualTimer, work: Promise<Result>, ms = 50): Promise<Result> {
  let isSettled = false
  const noted = work.finally(() => (isSettled = true))
  noted.catch(() => {})
  while (!isSettled) {
    await new Promise((resolve) => setImmediate(resolve))
    timer.advance(ms)
  }
  return noted
}

const HEAD = '{"queryId":"q","columnNames":["K"],"columnTypes":["STRING"]}'
const REFUSED = [HEAD, '{"@type":"generic_error","error_code":50000,"message":"No server has all partitions."}']

test('the copy answers where the owner cannot be reached, and the owner is avoided for a while', async () => {
  const { timer, suspects, requested, read } = open({ answers: { [COPY]: [HEAD, '["a"]'] } })
  expect(await passing(timer, read())).toEqual([['a']])
  expect(requested).toEqual([OWNER, COPY])
  expect(suspects).toEqual([OWNER])
})

test('a server that answers without the partition is not avoided by other queries', async () => {
  const { timer, suspects, requested, read } = open({ answers: { [OWNER]: REFUSED, [COPY]: [HEAD, '["a"]'] } })
  expect(await passing(timer, read())).toEqual([['a']])
  expect(requested).toEqual([OWNER, COPY])
  expect(suspects).toEqual([])
})

test('a partition that another server requests is awaited for a fifth of a second, and not for the time of the query', async () => {
  const { timer, read } = open({ located: null, routing: { skipsForwarding: true, partitions: [1] } })
  await expect(passing(timer, read())).rejects.toThrow('No server has all partitions')
  expect(timer.elapsed()).toBeLessThan(500)
})
