// ksqldb-rx-client 1.1.1 from npm: HTTP/1.1 for statements, HTTP/2 for queries, rows as an RxJS observable.
//
// Limits of its own: it does not read the status of an answer, so a refused statement is an object in place of an array, and a refused query
// an observable that completes without rows; a query's error after its first row is passed on as a row.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { npmClient, type Product, startProduct } from './product.ts'

interface Observable {
  subscribe(observer: { next?: (row: object) => void; complete?: () => void; error?: (error: Error) => void }): void
}

interface RxClient {
  getInfo(): Promise<{ readonly KsqlServerInfo: object }>
  getHealthcheck(): Promise<{ readonly isHealthy: boolean }>
  listStreams(): Promise<{ readonly streams: readonly { readonly name: string }[] }>
  listStreamsExtended(): Promise<{ readonly sourceDescriptions: readonly { readonly name: string }[] }>
  listTables(): Promise<{ readonly tables: readonly { readonly name: string }[] }>
  listTablesExtended(): Promise<{ readonly sourceDescriptions: readonly { readonly name: string }[] }>
  statement(sql: string): Promise<readonly object[]>
  queryStream(body: { readonly sql: string; readonly properties?: object }): Observable
  close(): void
}

const library = npmClient<{ readonly KsqlDBClient: new (url: string) => RxClient }>('ksqldb-rx-client')

function rowsOf(observable: Observable): Promise<object[]> {
  const rows: object[] = []
  return new Promise((resolve, reject) =>
    observable.subscribe({ next: (row) => rows.push(row), complete: () => resolve(rows), error: reject }),
  )
}

describe.skipIf(library === null)('ksqldb-rx-client', () => {
  let product: Product
  let client: RxClient

  beforeAll(async () => {
    product = await startProduct()
    client = new library!.KsqlDBClient(product.url)
  })
  afterAll(async () => {
    client.close()
    await product.close()
  })

  it('reads information and health', async () => {
    expect((await client.getInfo()).KsqlServerInfo).toMatchObject({ serverStatus: 'RUNNING' })
    expect((await client.getHealthcheck()).isHealthy).toBe(true)
  })

  it('lists streams and tables', async () => {
    const named = (name: string) => expect.arrayContaining([expect.objectContaining({ name })])
    expect(await client.listStreams()).toMatchObject({ '@type': 'streams', streams: named('RIDERS') })
    expect(await client.listStreamsExtended()).toMatchObject({ sourceDescriptions: named('RIDERS') })
    expect(await client.listTables()).toMatchObject({ '@type': 'tables', tables: named('AGES') })
    expect(await client.listTablesExtended()).toMatchObject({ sourceDescriptions: named('AGES') })
  })

  it('runs statements', async () => {
    const answer = await client.statement('CREATE STREAM fast AS SELECT name, km FROM riders WHERE km > 2;')
    expect(answer).toMatchObject([{ '@type': 'currentStatus', commandStatus: { status: 'SUCCESS' } }])
    expect(await client.statement('DROP STREAM nobody;')).toMatchObject({ '@type': 'statement_error' })
  })

  it('runs pull and push queries', async () => {
    expect(await rowsOf(client.queryStream({ sql: "SELECT name, age FROM riders WHERE name = 'ann';" }))).toEqual([
      { NAME: 'ann', AGE: 30 },
    ])
    const sql = 'SELECT name FROM riders EMIT CHANGES LIMIT 2;'
    const rows = await rowsOf(client.queryStream({ sql, properties: { 'auto.offset.reset': 'earliest' } }))
    expect(rows).toEqual([{ NAME: 'ann' }, { NAME: 'ben' }])
  })
})
