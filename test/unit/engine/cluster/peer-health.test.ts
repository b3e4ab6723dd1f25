import { expect, test } from 'vitest'
import { ManualClock, ManualTimer } from '../../../../src/clock.ts'
import { PeerHealth } from '../../../../src/engine/cluster/peer-health.ts'
import type { PeerRequest, Peers } from '../../../../src/engine/cluster/peers.ts'
import { createConfig } from '../../../../src/engine/config/config.ts'

const OTHER = 'http://other:8088'

function open(properties: Readonly<Record<string, string>> = {}) {
  const sent: PeerRequest[] = []
  const timer = new ManualTimer()
  const clock = new ManualClock(1_000)
  const peers: Peers = {
    address: 'http://own:8088',
    isMember: true,
    owners: async () => [
      { address: 'http://own:8088', slots: [0], standbys: [1] },
      { address: OTHER, slots: [1], standbys: [0] },
    ],
    leave: async () => {},
    async *post(request) {
      sent.push(request)
      yield '{"ok":true}'
    },
  }
  const storeLags = () => [
    { queryId: 'Q', taskId: '0_3', store: 'S', partition: 3, slot: 1, offset: 7, endOffset: 10 },
    { queryId: 'Q', taskId: '0_4', store: 'S', partition: 4, slot: 2, offset: 5, endOffset: null },
  ]
  const health = new PeerHealth({ peers, storeLags, clock, timer, config: createConfig(properties) })
  return { health, sent, timer, clock }
}

/** Resolves when all that was ready to run has run. */
const settled = () => new Promise((resolve) => setImmediate(resolve))

test('a server that has just failed to answer is avoided for some seconds', () => {
  const { health, timer } = open()
  expect(health.isAlive(OTHER)).toBe(true)
  health.suspect(OTHER)
  expect(health.isAlive(OTHER)).toBe(false)
  timer.advance(5_000)
  expect(health.isAlive(OTHER)).toBe(true)
})

test('a server that has sent heartbeats is avoided when it misses some', () => {
  const { health, timer } = open()
  health.noteHeartbeat('other:8088')
  timer.advance(300)
  expect(health.isAlive(OTHER)).toBe(true)
  timer.advance(1)
  expect(health.isAlive(OTHER)).toBe(false)
  health.noteHeartbeat('other:8088')
  expect(health.isAlive(OTHER)).toBe(true)
  expect(health.heardAt('other:8088')).toBe(1_000)
})

test('heartbeats and lags go to the other servers, where they are enabled', async () => {
  const { health, sent, timer } = open({ 'ksql.heartbeat.enable': 'true', 'ksql.lag.reporting.enable': 'true' })
  health.start()
  await settled()
  timer.advance(100)
  expect(sent).toMatchObject([
    { address: OTHER, path: '/heartbeat', body: { hostInfo: { host: 'own', port: 8088 }, timestamp: 1_000 } },
  ])
  await settled()
  timer.advance(4_900)
  const report = sent.find(({ path }) => path === '/lag')
  expect(report?.body).toEqual({
    ksqlHost: { host: 'own', port: 8088 },
    hostStoreLags: health.lagsOf('http://own:8088'),
  })
  expect(health.lagsOf('http://own:8088')).toEqual({
    updateTimeMs: 1_000,
    stateStoreLags: {
      'Q#S': {
        size: 2,
        lagByPartition: {
          3: { currentOffsetPosition: 7, endOffsetPosition: 10, offsetLag: 3 },
          4: { currentOffsetPosition: 5, endOffsetPosition: 5, offsetLag: 0 },
        },
      },
    },
  })
  health.close()
  expect(timer.pending()).toEqual([])
})

test('nothing is sent by default', async () => {
  const { health, timer } = open()
  health.start()
  await settled()
  expect(timer.pending()).toEqual([])
})

test('what another server reports is kept for GET /clusterStatus', () => {
  const { health } = open()
  expect(health.lagsOf(OTHER)).toEqual({ stateStoreLags: {}, updateTimeMs: 0 })
  const lags = { stateStoreLags: {}, updateTimeMs: 5 }
  health.noteLags('other:8088', lags)
  expect(health.lagsOf(OTHER)).toBe(lags)
})

test('a copy is there once its server has reported it', () => {
  const { health } = open()
  const stores = {
    'Q#S': { lagByPartition: { 3: { currentOffsetPosition: 7, endOffsetPosition: 10, offsetLag: 3 } }, size: 1 },
  }
  health.noteLags('other:8088', { stateStoreLags: stores, updateTimeMs: 1 })
  expect(health.hasReported(OTHER, { queryId: 'Q', partition: 3 })).toBe(true)
  expect(health.hasReported(OTHER, { queryId: 'Q', partition: 4 })).toBe(false)
  expect(health.hasReported(OTHER, { queryId: 'Q_1', partition: 3 })).toBe(false)
})
