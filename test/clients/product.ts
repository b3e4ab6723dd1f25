/** A server as users run it: over the embedded log, on a port of loopback, with data in a folder that is removed afterwards. */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { inject } from 'vitest'
import { serve } from '../../src/serve.ts'
import { temporaryDirectory } from '../support/engine.ts'

/** Answer of a statement. */
export interface Answer {
  readonly queries?: readonly { readonly id: string }[]
}

export interface Product {
  readonly url: string
  readonly host: string
  readonly port: number
  /** Runs statements by a plain request; throws an Error with the answer if they are refused. */
  execute(sql: string): Promise<readonly Answer[]>
  /** Rows of a pull query, by a plain request. */
  rows(sql: string): Promise<readonly unknown[][]>
  close(): Promise<void>
}

/** Streams and tables that every client reads and writes. */
const SOURCES = `
  CREATE STREAM riders (name STRING KEY, age INT, km DOUBLE)
    WITH (kafka_topic='riders', value_format='JSON', partitions=1);
  CREATE TABLE ages AS SELECT age, COUNT(*) AS n FROM riders GROUP BY age;
  INSERT INTO riders VALUES ('ann', 30, 1.5);
  INSERT INTO riders VALUES ('ben', 41, 2.5);`

export async function startProduct(): Promise<Product> {
  const directory = temporaryDirectory()
  const serving = await serve({ listen: 'http://127.0.0.1:0', dataDir: directory.path })
  if (serving === null) throw new Error('The server did not start.')
  await serving.ready
  const url = serving.urls[0]!
  const { hostname, port } = new URL(url)
  const send = async (path: string, body: object, accept: string): Promise<string> => {
    const answer = await fetch(url + path, { method: 'POST', body: JSON.stringify(body), headers: { accept } })
    const text = await answer.text()
    if (!answer.ok) throw new Error(text)
    return text
  }
  const product: Product = {
    url,
    host: hostname,
    port: Number(port),
    execute: async (ksql) => JSON.parse(await send('/ksql', { ksql }, '*/*')) as Answer[],
    rows: async (sql) => {
      const [, ...rows] = JSON.parse(await send('/query-stream', { sql }, 'application/json')) as [
        object,
        ...unknown[][],
      ]
      return rows
    },
    close: async () => {
      await serving.close()
      directory.remove()
    },
  }
  await product.execute(SOURCES)
  return product
}

/** The npm client `name`, typed by the test that uses it; null where there is no npm. */
export function npmClient<Client>(name: string): Client | null {
  const folder = inject('npmClients')
  return folder === null ? null : (createRequire(join(folder, 'package.json'))(name) as Client)
}
