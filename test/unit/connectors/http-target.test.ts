import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ManualClock } from '../../../src/clock.ts'
import { RetriableError } from '../../../src/connectors/connector.ts'
import { HTTP_OPTIONS, HttpTarget } from '../../../src/connectors/delivery/http-target.ts'
import { FilePaths } from '../../../src/connectors/file-paths.ts'
import { checkOptions } from '../../../src/connectors/options.ts'
import { FakeServer } from '../../support/connectors/fake-server.ts'

const NOW = Date.parse('2026-03-01T10:00:00Z')

let server: FakeServer
let target: HttpTarget

beforeEach(async () => {
  server = new FakeServer(() => ({ status: 200 }))
  await server.start()
  target = new HttpTarget({
    options: checkOptions(HTTP_OPTIONS, { url: server.url }),
    files: new FilePaths([]),
    clock: new ManualClock(NOW),
    signal: new AbortController().signal,
  })
})

afterEach(async () => {
  target.close()
  await server.stop()
})

/** What a request comes to that is answered like this. */
async function answered(status: number, headers: Readonly<Record<string, string>> = {}): Promise<unknown> {
  server.told.push({ status, headers, body: 'no' })
  return target.send({ method: 'POST', path: '', headers: {}, body: null }).catch((error: unknown) => error)
}

describe('an answer', () => {
  test.each([
    ['7', 7000],
    ['Sun, 01 Mar 2026 10:01:00 GMT', 60_000],
    ['Sun, 01 Mar 2026 09:00:00 GMT', 0],
    ['soon', null],
  ])('with Retry-After: %s has the next try wait', async (value, retryAfterMs) => {
    for (const status of [429, 503])
      expect(await answered(status, { 'retry-after': value })).toMatchObject({ name: 'RetriableError', retryAfterMs })
  })

  test.each([408, 425, 429, 500, 502, 503, 504, 507, 529])('of %i may be another one later', async (status) => {
    expect(await answered(status)).toBeInstanceOf(RetriableError)
  })

  test.each([400, 404, 413, 422, 501, 505])('of %i stays', async (status) => {
    expect(await answered(status)).toMatchObject({ status, text: 'no' })
  })

  test.each([401, 403])('of %i wants somebody to act', async (status) => {
    const error = await answered(status)
    expect(error).not.toBeInstanceOf(RetriableError)
    expect((error as Error).message).toContain(`does not accept the credentials: it answers ${status}: no`)
  })
})
