/** The content of a query's sink: all rows of a stream, the newest row of each key of a table. */
import type { Broker } from '../../src/broker/broker.ts'
import type { DataSource } from '../../src/metastore/data-source.ts'
import type { Column } from '../../src/types/schema.ts'
import { readAll } from '../compare/read-all.ts'
import { LineFile } from './load.ts'

const WINDOW_BOUND_BYTES = 8

export interface RowsToWrite {
  readonly topic: string
  /** Whether a record stands for the newest row of its key. */
  readonly isTable: boolean
  /** The file. */
  readonly path: string
  /** A row as JSON with upper-case names. Default: the value, which then has the columns of the key as well. */
  readonly textOf?: (key: Buffer | null, value: string) => string
}

/** Writes the rows of a sink of Millrace as lines of JSON with upper-case names. Gives the number of records, tombstones included. */
export const writeContent = (broker: Broker, sink: DataSource, path: string): Promise<number> =>
  writeRows(broker, {
    topic: sink.topic,
    isTable: sink.kind === 'TABLE',
    path,
    textOf: (key, value) => (key === null ? value : withKey(keyText(key, sink), value)),
  })

/** Writes the rows of any result likewise. */
export async function writeRows(
  broker: Broker,
  { topic, isTable, path, textOf = (_key, value) => value }: RowsToWrite,
): Promise<number> {
  const file = new LineFile(path)
  const newest = new Map<string, string>()
  let records = 0
  for await (const { key, value } of readAll(broker, topic)) {
    records++
    if (!isTable) file.addText(textOf(key, value!.toString()))
    else if (value === null) newest.delete(key!.toString('latin1'))
    else newest.set(key!.toString('latin1'), value.toString())
  }
  for (const [key, value] of newest) file.addText(textOf(Buffer.from(key, 'latin1'), value))
  file.close()
  return records
}

const withKey = (key: string, value: string): string => (value === '{}' ? `{${key}}` : `{${key},${value.slice(1)}`)

/** The members of a JSON object: the columns of the key; those of its window are in the value. */
function keyText(bytes: Buffer, { schema, keyFormat, window }: DataSource): string {
  const bounds = window === null ? 0 : window.sizeMs === null ? 2 : 1
  const key = bytes.subarray(0, bytes.length - bounds * WINDOW_BOUND_BYTES)
  const [first] = schema.key
  if (keyFormat.format === 'KAFKA') return `"${first!.name}":${plainText(key, first!)}`
  return schema.key.length === 1 ? `"${first!.name}":${key}` : key.toString().slice(1, -1)
}

/** Source: Kafka's StringSerializer, IntegerSerializer and LongSerializer. */
function plainText(key: Buffer, { type }: Column): string {
  switch (type.kind) {
    case 'STRING':
      return JSON.stringify(key.toString())
    case 'INTEGER':
      return String(key.readInt32BE())
    case 'BIGINT':
      return String(key.readBigInt64BE())
    default:
      throw new Error(`A key of type ${type.kind} has no reader here.`)
  }
}
