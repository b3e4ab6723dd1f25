import { expect, it } from 'vitest'
import { Session } from '../../../src/cli/cli-session.ts'
import { Client } from '../../../src/cli/client/client.ts'
import { systemTimer } from '../../../src/clock.ts'

const WAIT = 'millrace.query.pull.wait.ms'
const { signal } = new AbortController()

const sessionWith = (properties: readonly (readonly [string, string])[]) =>
  new Session({
    client: new Client('http://localhost:1'),
    format: 'TABULAR',
    variables: new Map(),
    properties: new Map(properties),
    rowLimit: null,
    timeoutMs: null,
    timer: systemTimer,
  })

it('the first query after an INSERT waits for its rows, and no other', () => {
  const session = sessionWith([])
  expect(session.selectOptions(signal).properties).toEqual({})
  session.hasInserted = true
  expect(session.executeOptions(signal).properties).toEqual({})
  expect(session.selectOptions(signal).properties).toEqual({ [WAIT]: '2000' })
  expect(session.selectOptions(signal).properties).toEqual({})
})

it('the wait that a user has set stays', () => {
  const session = sessionWith([[WAIT, '0']])
  session.hasInserted = true
  expect(session.selectOptions(signal).properties).toEqual({ [WAIT]: '0' })
})
