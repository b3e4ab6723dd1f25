// ksqldb-client 1.0.5 from npm: HTTP/2, one request for each operation.
//
// Limits of its own: rows of streamQuery are parsed frame by frame, so each must come in a frame of its own; insertInto sends the number of
// characters as Content-Length, so rows may hold ASCII alone; listTables, listTopics, listQueries and describeSource fail with a TypeError
// where the server refuses; an unreachable server is also written to the console.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { npmClient, type Product, startProduct } from './product.ts'

interface Answer<Data> {
  readonly data?: Data
  readonly error?: { readonly error_code: number; readonly message: string }
  readonly status: number
}

interface Rows {
  readonly metadata: { readonly queryId: string; readonly columnNames: readonly string[] }
  readonly rows: readonly Readonly<Record<string, unknown>>[]
}

interface KsqldbClient {
  connect(): Promise<void>
  disconnect(): Promise<void>
  executeStatement(sql: string): Promise<Answer<{ rows: readonly { commandStatus: { queryId: string } }[] }>>
  query(sql: string): Promise<Answer<Rows>>
  streamQuery(sql: string, onData: (data: Partial<Rows>) => void, extra?: object): Promise<Answer<Rows>>
  insertInto(stream: string, row: object): Promise<Answer<{ rows: readonly object[] }>>
  terminatePushQuery(queryId: string): Promise<Answer<undefined>>
  listStreams(): Promise<readonly { name: string; topic: string }[]>
  listTables(): Promise<readonly { name: string }[]>
  listTopics(): Promise<readonly { name: string; replicaInfo: readonly number[] }[]>
  listQueries(): Promise<readonly { id: string; queryType: string }[]>
  describeSource(name: string): Promise<{ name: string; partitions: number; fields: readonly { name: string }[] }>
}

const Client = npmClient<new (options: object) => KsqldbClient>('ksqldb-client')

describe.skipIf(Client === null)('ksqldb-client', () => {
  let product: Product
  let client: KsqldbClient

  beforeAll(async () => {
    product = await startProduct()
    client = new Client!({ host: product.host, port: product.port })
    await client.connect()
  })
  afterAll(async () => {
    await client.disconnect()
    await product.close()
  })

  it('runs statements, and reads why one is refused', async () => {
    const made = await client.executeStatement('CREATE STREAM fast AS SELECT name, km FROM riders WHERE km > 2;')
    expect(made.status).toBe(200)
    const queryId = made.data!.rows[0]!.commandStatus.queryId
    expect((await client.executeStatement(`TERMINATE ${queryId};`)).status).toBe(200)
    const refused = await client.executeStatement('DROP STREAM nobody;')
    expect(refused).toMatchObject({ status: 400, error: { error_code: 40001 } })
    await expect(client.executeStatement('SHOW STREAMS;')).rejects.toThrow('listStreams()')
  })

  it('runs pull queries, and reads why one is refused', async () => {
    const { data } = await client.query("SELECT * FROM riders WHERE name = 'ann';")
    expect(data!.rows).toEqual([{ NAME: 'ann', AGE: 30, KM: 1.5 }])
    await expect.poll(async () => (await client.query('SELECT * FROM ages;')).data!.rows).toHaveLength(2)
    expect(await client.query('SELECT * FROM nobody;')).toMatchObject({ status: 400, error: { error_code: 40001 } })
  })

  it('follows a push query until it terminates the query', async () => {
    const seen: unknown[] = []
    let queryId: string | undefined
    const ended = client.streamQuery(
      'SELECT name, km FROM riders EMIT CHANGES;',
      ({ metadata, rows = [] }) => {
        queryId = metadata?.queryId
        seen.push(...rows)
      },
      { properties: { 'auto.offset.reset': 'earliest' } },
    )
    await expect
      .poll(() => seen)
      .toEqual([
        { NAME: 'ann', KM: 1.5 },
        { NAME: 'ben', KM: 2.5 },
      ])
    expect((await client.terminatePushQuery(queryId!)).status).toBe(200)
    expect((await ended).status).toBe(200)
    expect(await client.terminatePushQuery('nobody')).toMatchObject({ status: 400, error: { error_code: 40000 } })
  })

  it('inserts rows, and reads why one is refused', async () => {
    expect(await client.insertInto('riders', { name: 'cleo', age: 22, km: 3 })).toMatchObject({
      data: { rows: [{ status: 'ok', seq: 0 }] },
    })
    expect(await product.rows("SELECT age FROM riders WHERE name = 'cleo';")).toEqual([[22]])
    expect(await client.insertInto('riders', { name: 'dora', age: 'old' })).toMatchObject({
      error: { status: 'error' },
    })
    expect(await client.insertInto('nobody', { name: 'dora' }).catch((error: unknown) => error)).toBeInstanceOf(
      TypeError,
    )
  })

  it('lists and describes what there is', async () => {
    expect((await client.listStreams()).map(({ name }) => name)).toContain('RIDERS')
    expect((await client.listTables()).map(({ name }) => name)).toEqual(['AGES'])
    expect(await client.listTopics()).toContainEqual(expect.objectContaining({ name: 'riders', replicaInfo: [1] }))
    expect(await client.listQueries()).toContainEqual(expect.objectContaining({ queryType: 'PERSISTENT' }))
    expect(await client.describeSource('riders')).toMatchObject({
      name: 'RIDERS',
      partitions: 1,
      fields: { length: 3 },
    })
  })
})
