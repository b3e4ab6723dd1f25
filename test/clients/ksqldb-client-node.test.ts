// ksqldb-client-node 1.1.1 from npm: queries over HTTP/2 as streams of batches of rows.
//
// Limits of its own: it sends a user as an object in place of a header, so it cannot log in; the first chunk must be the metadata alone, and
// no row may be split over two chunks.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { npmClient, type Product, startProduct } from './product.ts'

interface QueryStream extends AsyncIterable<readonly object[]> {
  readonly queryId: string | undefined
  readonly columnNames: readonly string[] | undefined
  readonly columnTypes: readonly string[] | undefined
  readonly errorCode: number | undefined
  readonly stream: { on(event: 'error', listener: () => void): void }
}

interface Session {
  queryStream(query: {
    readonly sql: string
    readonly properties?: object
    readonly sessionVariables?: object
  }): QueryStream
  destroy(): void
}

const library = npmClient<{ readonly KsqlDbClient: new (config: { readonly url: string }) => { session(): Session } }>(
  'ksqldb-client-node',
)

async function rowsOf(query: QueryStream): Promise<object[]> {
  const rows: object[] = []
  for await (const batch of query) rows.push(...batch)
  return rows
}

describe.skipIf(library === null)('ksqldb-client-node', () => {
  let product: Product
  let session: Session

  beforeAll(async () => {
    product = await startProduct()
    session = new library!.KsqlDbClient({ url: product.url }).session()
  })
  afterAll(async () => {
    session.destroy()
    await product.close()
  })

  it('runs pull queries with variables', async () => {
    const sessionVariables = { who: 'ben' }
    const sql = `SELECT name, km FROM riders WHERE name = '\${who}';`
    const query = session.queryStream({ sql, sessionVariables })
    expect(await rowsOf(query)).toEqual([{ NAME: 'ben', KM: 2.5 }])
    expect(query).toMatchObject({ columnNames: ['NAME', 'KM'], columnTypes: ['STRING', 'DOUBLE'] })
  })

  it('follows push queries with properties of the server among its own', async () => {
    const properties = { 'auto.offset.reset': 'earliest', 'ksql.streams.no.such.property': 1 }
    const query = session.queryStream({ sql: 'SELECT name FROM riders EMIT CHANGES LIMIT 2;', properties })
    expect(await rowsOf(query)).toEqual([{ NAME: 'ann' }, { NAME: 'ben' }])
    expect(query.queryId).toMatch(/^transient_RIDERS_/)
  })

  it('throws why a query is refused', async () => {
    const query = session.queryStream({ sql: 'SELECT * FROM nobody;' })
    await expect(rowsOf(query)).rejects.toThrow('NOBODY')
    expect(query.errorCode).toBe(40001)
  })

  it('leaves a push query with its session', async () => {
    const query = session.queryStream({ sql: 'SELECT name FROM riders EMIT CHANGES;' })
    query.stream.on('error', () => {})
    await expect.poll(() => query.queryId).toBeDefined()
    const pushQueries = async () => (await product.execute('SHOW QUERIES;')).flatMap((list) => list.queries ?? [])
    expect(await pushQueries()).toContainEqual(expect.objectContaining({ id: query.queryId }))
    session.destroy()
    await expect.poll(pushQueries).not.toContainEqual(expect.objectContaining({ id: query.queryId }))
  })
})
