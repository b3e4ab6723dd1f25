import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectedAlerts, readRounds } from '../../examples/immigration/data.ts'
import { differences, latencyText } from '../../examples/immigration/report.ts'
import { type Alert, watchBorder } from '../../examples/immigration/watch-border.ts'
import { type ServerProcess, startServerProcess } from '../../examples/support/server-process.ts'

const ROUNDS = readRounds({ rounds: 3, perRound: 60 })
const TEST_MS = 180_000

let server: ServerProcess
let alerts: ReadonlyMap<number, Alert>

beforeAll(async () => {
  server = await startServerProcess(null)
  alerts = await watchBorder({ url: server.url, rounds: ROUNDS })
}, TEST_MS)
afterAll(() => server.stop())

test('each traveller who is on the list at that moment raises an alert, and nobody else', () => {
  expect(differences(alerts, expectedAlerts(ROUNDS))).toEqual([])
  expect(alerts.size).toBeGreaterThan(10)
})

test('the time to each alert is measured', () => {
  for (const { latencyMs } of alerts.values()) expect(latencyMs).toBeGreaterThan(0)
})

test('the plain computation knows who was taken off the list, and new reasons', () => {
  const crossing = (number: number) => ({ crossing: number, passport: 'P', name: 'Ann', airport: 'LAX', gate: 1 })
  const rounds = [
    { changes: [{ passport: 'P', reason: 'wanted' }], crossings: [crossing(1)] },
    { changes: [{ passport: 'P', reason: 'stolen passport' }], crossings: [crossing(2)] },
    { changes: [{ passport: 'P', reason: null }], crossings: [crossing(3)] },
  ]
  expect([...expectedAlerts(rounds)]).toEqual([
    [1, 'wanted'],
    [2, 'stolen passport'],
  ])
})

test('latencies are told by their share', () => {
  expect(latencyText([1, 2, 3, 20])).toBe(
    'From the crossing sent to the alert read: half within 3.0 ms, 99 % within 20.0 ms, the slowest 20.0 ms. 3 of 4 came within 10 ms.',
  )
})
