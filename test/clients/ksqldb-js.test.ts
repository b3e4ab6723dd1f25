// ksqldb-js 1.1.2 from npm: axios over HTTP/1.1 (`Accept: application/json, text/plain, */*`), HTTP/2 for push queries and inserts.
//
// Limits of its own: `terminate` sends TERMINATE to /ksql, also for push queries; frames of push and insertStream are parsed one by one;
// a push query that is refused, and a query that ends with an error, throw out of an event handler, where no caller can catch it; createTable
// does not return the promise of its request; createTableAs logs a failure and does not throw.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { npmClient, type Product, startProduct } from './product.ts'

interface KsqldbJs {
  ksql(sql: string): Promise<{ readonly '@type': string; readonly streams?: readonly object[] }>
  pull(sql: string): Promise<readonly [object, ...unknown[]]>
  push(sql: string, onData: (chunk: string) => void): Promise<string>
  terminate(queryId: string): Promise<object>
  createStream(name: string, columns: readonly string[], topic: string): Promise<{ readonly status: number }>
  createStreamAs(
    name: string,
    columns: readonly string[],
    source: string,
    properties: object,
    conditions: string,
    partitionBy?: string,
  ): Promise<string>
  createTable(name: string, columns: readonly string[], topic: string, format: string, partitions: number): void
  createTableAs(
    name: string,
    source: string,
    columns: readonly string[],
    properties: object,
    conditions: object,
  ): Promise<{ readonly status: number } | undefined>
  insertStream(stream: string, rows: readonly object[]): Promise<readonly object[]>
  pullFromTo(
    stream: string,
    zone: string,
    from: readonly string[],
    to?: readonly string[],
  ): Promise<readonly (readonly unknown[])[]>
  inspectQueryStatus(commandId: string): Promise<{ readonly data: { readonly status: string } }>
  inspectServerInfo(): Promise<{ readonly data: { readonly KsqlServerInfo: { readonly serverStatus: string } } }>
  inspectServerHealth(): Promise<{ readonly data: { readonly isHealthy: boolean } }>
  inspectClusterStatus(): Promise<{ readonly data: { readonly clusterStatus: object } }>
  isValidProperty(name: string): Promise<{ readonly data: boolean }>
  terminateCluster(topics?: readonly string[]): Promise<{ readonly status: number }>
}

const Client = npmClient<new (config: { readonly ksqldbURL: string }) => KsqldbJs>('ksqldb-js')

describe.skipIf(Client === null)('ksqldb-js', () => {
  let product: Product
  let client: KsqldbJs

  beforeAll(async () => {
    product = await startProduct()
    client = new Client!({ ksqldbURL: product.url })
  })
  afterAll(() => product.close())

  it('runs statements, and throws why one is refused', async () => {
    expect(await client.ksql('SHOW STREAMS;')).toMatchObject({ '@type': 'streams' })
    await expect(client.ksql('DROP STREAM nobody;')).rejects.toThrow('NOBODY')
  })

  it('creates streams and tables', async () => {
    expect((await client.createStream('trips', ['id STRING KEY', 'km DOUBLE'], 'trips')).status).toBe(200)
    const queryId = await client.createStreamAs(
      'long_trips',
      ['id', 'km'],
      'trips',
      { kafka_topic: 'long_trips' },
      'km > 5',
    )
    expect(queryId).toMatch(/^CSAS_LONG_TRIPS_/)
    client.createTable('bikes', ['id STRING PRIMARY KEY', 'colour STRING'], 'bikes', 'json', 1)
    await expect
      .poll(() => client.ksql('SHOW TABLES;'))
      .toMatchObject({
        tables: expect.arrayContaining([expect.objectContaining({ name: 'BIKES' })]),
      })
    const table = await client.createTableAs('trips_of', 'trips', ['id', 'COUNT(*) AS n'], {}, { GROUP_BY: 'id' })
    expect(table?.status).toBe(200)
  })

  it('inserts rows, and reads an answer for each', async () => {
    const rows = Array.from({ length: 20 }, (_, i) => ({ name: `rider${i}`, age: 10, km: i }))
    expect(await client.insertStream('riders', rows)).toEqual(rows.map((_, seq) => ({ status: 'ok', seq })))
    const refused = await client.insertStream('riders', [
      { name: 'x', age: 1 },
      { name: 'y', age: 'old' },
    ])
    expect(refused).toMatchObject([{ status: 'ok' }, { status: 'error', seq: 1 }])
  })

  it('runs pull queries, and throws why one is refused', async () => {
    expect(await client.pull("SELECT name, age FROM riders WHERE name = 'ann';")).toMatchObject([
      { columnNames: ['NAME', 'AGE'] },
      ['ann', 30],
    ])
    await expect(client.pull('SELECT * FROM nobody;')).rejects.toThrow('NOBODY')
  })

  it('pulls rows between two times', async () => {
    const rows = await client.pullFromTo('riders', 'Europe/Berlin', ['2000-01-01', '00', '00', '00'])
    expect(rows.find(([name]) => name === 'ann')).toHaveLength(4)
    expect(await client.pullFromTo('riders', 'UTC', ['2199-01-01', '00', '00', '00'])).toEqual([])
  })

  it('follows a push query', async () => {
    const chunks: string[] = []
    const queryId = await client.push('SELECT name FROM riders EMIT CHANGES LIMIT 3;', (chunk) => chunks.push(chunk))
    expect(queryId).toMatch(/^transient_RIDERS_/)
    await client.insertStream('riders', [{ name: 'p1' }, { name: 'p2' }, { name: 'p3' }])
    await expect.poll(() => chunks.slice(1).map((chunk) => JSON.parse(chunk))).toEqual([['p1'], ['p2'], ['p3']])
  })

  it('terminates a push query', async () => {
    const queryId = await client.push('SELECT name FROM riders EMIT CHANGES;', () => {})
    expect(await client.terminate(queryId)).toMatchObject({ '@type': 'terminate_query', wasTerminated: true })
  })

  it('inspects the server', async () => {
    expect((await client.inspectQueryStatus('stream/RIDERS/create')).data.status).toBe('SUCCESS')
    expect((await client.inspectServerInfo()).data.KsqlServerInfo.serverStatus).toBe('RUNNING')
    expect((await client.inspectServerHealth()).data.isHealthy).toBe(true)
    expect((await client.inspectClusterStatus()).data.clusterStatus).toBeTypeOf('object')
    expect((await client.isValidProperty('auto.offset.reset')).data).toBe(true)
  })

  it('terminates the cluster', async () => {
    expect((await client.terminateCluster()).status).toBe(200)
    await expect(client.ksql('SHOW STREAMS;')).rejects.toThrow('terminated')
  })
})
