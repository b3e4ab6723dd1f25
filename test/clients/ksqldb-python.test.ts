// ksqldb 1.0.1 from PyPI: requests over HTTP/1.1 for statements, httpx over HTTP/2 for queries and inserts.
//
// Limits of its own: with a user it fails before it sends anything (bytes() without an encoding), so it cannot log in; it does not read the
// status of queries and inserts, so a refusal is returned as a row.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, inject, it, onTestFinished } from 'vitest'
import { startProduct } from './product.ts'

const python = inject('pythonClients')
const SCRIPT = join(import.meta.dirname, 'python_client.py')

it.skipIf(python === null)('ksqldb for Python runs each of its operations', async () => {
  const product = await startProduct()
  onTestFinished(() => product.close())
  const { stdout } = await promisify(execFile)(python!, [SCRIPT, product.url], { timeout: 50_000 })
  const given = JSON.parse(stdout) as Record<string, unknown[]>
  expect(given['properties']).toContainEqual(expect.objectContaining({ name: 'ksql.service.id' }))
  expect(given['ksql']).toMatchObject([{ '@type': 'streams' }])
  expect(given['refused']).toMatchObject({ error_code: 40001 })
  expect(given['pull']).toMatchObject([{ columnNames: ['NAME', 'AGE'] }, ['ann', 30]])
  expect(given['refusedPull']).toMatchObject([{ error_code: 40001 }])
  expect(given['push']!.slice(1)).toEqual([['ann'], ['ben']])
  expect(given['pushUntilClosed']!.slice(1)).toEqual([['ann'], ['ben'], true])
  expect(given['closeNobody']).toBe(false)
  expect(given['inserts']).toEqual([
    { status: 'ok', seq: 0 },
    { status: 'ok', seq: 1 },
  ])
  expect(given['refusedInserts']).toMatchObject([{ status: 'error', seq: 0 }])
})
