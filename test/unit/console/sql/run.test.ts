import { expect, it } from 'vitest'
import type { ResultItem } from '../../../../src/console/api/result-lines.ts'
import { answerOf } from '../../../../src/console/sql/entity-table.ts'
import { Run, type RunPorts, TabSession } from '../../../../src/console/sql/run.ts'
import { piecesOf } from '../../../../src/console/sql/text/pieces.ts'
import type { Entity } from '../../../../src/engine/describe/entities.ts'

const header: ResultItem = { kind: 'header', queryId: 'q1', columns: [{ name: 'A', type: 'STRING', isKey: false }] }
const rowOf = (...values: string[]): ResultItem => ({ kind: 'row', row: { values, isTombstone: false, arrivedAt: 0 } })
const done = { '@type': 'warning_entity', statementText: '', warnings: [], message: 'done' } as const

interface Sent {
  readonly sql: string
  readonly properties: Readonly<Record<string, string>>
}

/** Ports that keep what was sent, and answer each query with these items. */
function portsWith(items: readonly ResultItem[], change: Partial<RunPorts> = {}) {
  const sent: Sent[] = []
  const ports: RunPorts = {
    async execute(sql, { properties }) {
      sent.push({ sql, properties })
      return [done]
    },
    async *open({ sql }, { properties }) {
      sent.push({ sql, properties })
      yield items
    },
    takeSlot: async () => () => {},
    ...change,
  }
  return { ports, sent }
}

async function run(text: string, ports: RunPorts, session = new TabSession()): Promise<Run> {
  const started = new Run(text, ports, () => {})
  await started.start(piecesOf(text), session, 'earliest')
  return started
}

it('statements run in order, each with the session that those before it have made', async () => {
  const { ports, sent } = portsWith([header, rowOf('x'), { kind: 'end', message: 'Limit Reached' }])
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the dialect
  const text = "SET 'auto.offset.reset'='latest'; DEFINE t='s'; SHOW STREAMS; SELECT * FROM ${t} EMIT CHANGES LIMIT 1"
  const { results } = await run(text, ports)
  expect(sent).toEqual([
    { sql: 'SHOW STREAMS;', properties: { 'auto.offset.reset': 'latest' } },
    { sql: 'SELECT * FROM s EMIT CHANGES LIMIT 1;', properties: { 'auto.offset.reset': 'latest' } },
  ])
  expect(results.map(({ state }) => state)).toEqual(['done', 'done', 'done', 'done'])
  expect(results[3]).toMatchObject({ message: 'Limit Reached', content: { queryId: 'q1', model: { waiting: 1 } } })
})

it('queries begin where the tab says', async () => {
  const { ports, sent } = portsWith([header])
  await run('SELECT * FROM s;', ports)
  expect(sent[0]!.properties).toEqual({ 'auto.offset.reset': 'earliest' })
})

it('the first that fails ends the run, and is marked', async () => {
  const { ports, sent } = portsWith([])
  const text = 'SHOW STREAMS;\nSELEC 1;\nSHOW TABLES;'
  const failed = await run(text, ports)
  expect(sent).toHaveLength(1)
  expect(failed.results.map(({ state }) => state)).toEqual(['done', 'failed'])
  expect(failed.faults.map(({ from, to }) => text.slice(from, to))).toEqual(['SELEC'])
})

it('an error behind rows keeps the rows', async () => {
  const { ports } = portsWith([header, rowOf('x'), { kind: 'error', error: { error_code: 50000, message: 'broken' } }])
  const { results } = await run('SELECT * FROM s EMIT CHANGES;', ports)
  expect(results[0]).toMatchObject({ state: 'failed', message: 'broken', content: { model: { waiting: 1 } } })
})

it('a stream that is stopped is no failure', async () => {
  const { ports } = portsWith([], {
    async *open(_query, _session, signal) {
      yield [header]
      await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    },
  })
  const text = 'SELECT * FROM s EMIT CHANGES;'
  const started = new Run(text, ports, () => {})
  const ended = started.start(piecesOf(text), new TabSession(), 'latest')
  await expect.poll(() => started.results[0]?.content).not.toBeNull()
  expect(started.isRunning).toBe(true)
  started.stop()
  await ended
  expect(started.results[0]).toMatchObject({ state: 'stopped' })
})

it('one stream too many is refused with advice', async () => {
  const { ports } = portsWith([], { takeSlot: async () => null })
  const { results } = await run('PRINT t;', ports)
  expect(results[0]!.message).toContain('Stop one of them.')
})

it('a slot is given back at the end', async () => {
  let isReleased = false
  const { ports } = portsWith([header], {
    takeSlot: async () => () => {
      isReleased = true
    },
  })
  await run('PRINT t;', ports)
  expect(isReleased).toBe(true)
})

it('what a session no longer sets has its default', () => {
  const session = new TabSession()
  session.apply({ kind: 'set', name: 'a', value: '1' })
  session.apply({ kind: 'define', name: 'b', value: '2' })
  expect(session.values).toEqual({ properties: { a: '1' }, variables: { b: '2' } })
  session.apply({ kind: 'unset', name: 'a' })
  session.apply({ kind: 'undefine', name: 'b' })
  expect(session.values).toEqual({ properties: {}, variables: {} })
})

it('answers are messages, texts or tables', () => {
  const answer = (entity: object) => answerOf({ statementText: '', warnings: [], ...entity } as unknown as Entity)
  expect(answer({ '@type': 'currentStatus', commandStatus: { message: 'Stream created' } })).toEqual({
    kind: 'message',
    message: 'Stream created',
  })
  expect(answer({ '@type': 'kafka_topics', topics: [{ name: 't', replicaInfo: [1, 1] }] })).toMatchObject({
    columns: [{ name: 'name' }, { name: 'replicaInfo' }],
    rows: [['t', [1, 1]]],
  })
  const description = { executionPlan: 'PLAN', topology: 'TOPOLOGY' }
  expect(answer({ '@type': 'queryDescription', queryDescription: description })).toEqual({
    kind: 'text',
    text: 'PLAN\n\nTOPOLOGY',
  })
})
