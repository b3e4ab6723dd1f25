import { expect, test } from 'vitest'
import type { ConnectorStatus } from '../../../../src/connectors/run/connector-spec.ts'
import type { PeerRequest, Peers } from '../../../../src/engine/cluster/peers.ts'
import { wholeStatuses } from '../../../../src/engine/connectors/connector-status.ts'
import type { Scope } from '../../../../src/engine/scope.ts'

const OWN: ConnectorStatus = {
  name: 'F',
  tasks: [{ id: 1, state: 'RUNNING' }],
  records: 10,
  refused: 1,
  retries: 2,
  recordsPerSecond: 5,
  lag: 3,
  lastError: { time: 100, message: 'earlier' },
}

const OTHER = {
  status: { name: 'F', tasks: [{ id: 0, state: 'FAILED', worker_id: 'http://b:1', trace: 'no room' }] },
  builtIn: {
    records: 1,
    recordsPerSecond: 1,
    refused: 0,
    retries: 0,
    lag: 4,
    lastError: { time: 200, message: 'later' },
  },
}

function scopeWith(answers: Readonly<Record<string, unknown>>, { isPeer = false } = {}) {
  const requests: PeerRequest[] = []
  const peers: Peers = {
    address: 'http://a:1',
    owners: async () =>
      ['http://a:1', ...Object.keys(answers)].map((address) => ({ address, slots: [], standbys: [] })),
    isMember: true,
    leave: async () => {},
    async *post(request) {
      requests.push(request)
      yield JSON.stringify(answers[request.address])
    },
  }
  const connectors = { status: async () => [OWN] }
  const session = { caller: { isPeer, authorization: undefined } }
  return { requests, scope: { parts: { peers, connectors }, session } as unknown as Scope }
}

test('tasks and counts of all servers are put together', async () => {
  const { scope, requests } = scopeWith({ 'http://b:1': [OTHER] })
  const { of, warnings } = await wholeStatuses(['F', 'my sink'], scope)
  expect(of('F')).toMatchObject({
    tasks: [
      { id: 0, state: 'FAILED', worker_id: 'http://b:1', trace: 'no room' },
      { id: 1, state: 'RUNNING', worker_id: 'http://a:1' },
    ],
    records: 11,
    recordsPerSecond: 6,
    refused: 1,
    retries: 2,
    lag: 7,
    lastError: { message: 'later' },
  })
  expect(of('my sink')).toMatchObject({ tasks: [], records: 0, lag: null })
  expect(warnings).toEqual([])
  expect(requests.map(({ body }) => body['ksql'])).toEqual(['DESCRIBE CONNECTOR F; DESCRIBE CONNECTOR `my sink`;'])
})

test('a task that two servers show while its slot moves is shown once', async () => {
  const moving = { ...OTHER, status: { name: 'F', tasks: [{ id: 1, state: 'UNASSIGNED', worker_id: 'http://b:1' }] } }
  const { of } = await wholeStatuses(['F'], scopeWith({ 'http://b:1': [moving] }).scope)
  expect(of('F').tasks).toEqual([{ id: 1, state: 'RUNNING', worker_id: 'http://a:1' }])
})

test('a server that does not answer is named in a warning', async () => {
  const { of, warnings } = await wholeStatuses(['F'], scopeWith({ 'http://b:1': { message: 'no' } }).scope)
  expect(of('F').records).toBe(10)
  expect(warnings).toEqual(['The server b:1 does not answer: its tasks and counts are missing.'])
})

test('another server gets the state of this one alone', async () => {
  const { scope, requests } = scopeWith({ 'http://b:1': [OTHER] }, { isPeer: true })
  expect((await wholeStatuses(['F'], scope)).of('F').records).toBe(10)
  expect(requests).toEqual([])
})
