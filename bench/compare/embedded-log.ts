/** Embedded logs filled with the input of the jobs: filled once for a number of records, copied for each run. */
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Broker } from '../../src/broker/broker.ts'
import { openEmbeddedLog } from '../../src/broker/embedded/embedded-log.ts'
import { load } from './load.ts'

/** Calls `use` with a server's data directory whose log holds `records` of input, and removes it afterwards. */
export async function withFilledLog<T>(
  directory: string,
  records: number,
  use: (dataDir: string) => Promise<T>,
): Promise<T> {
  const filled = join(directory, `embedded-${records}`)
  if (!existsSync(join(filled, 'complete'))) await fill(filled, records)
  const dataDir = join(directory, 'embedded-run')
  rmSync(dataDir, { recursive: true, force: true })
  cpSync(filled, dataDir, { recursive: true })
  try {
    return await use(dataDir)
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function fill(dataDir: string, records: number): Promise<void> {
  rmSync(dataDir, { recursive: true, force: true })
  mkdirSync(dataDir, { recursive: true })
  await withEmbedded(dataDir, (broker) => load(broker, records))
  writeFileSync(join(dataDir, 'complete'), '')
}

/** The log of a server with that data directory, which must not be running. */
export async function withEmbedded<T>(dataDir: string, use: (broker: Broker) => Promise<T>): Promise<T> {
  const log = await openEmbeddedLog({ dataDir: join(dataDir, 'log'), warn: console.error })
  const broker = log.broker()
  try {
    await broker.connect()
    return await use(broker)
  } finally {
    await broker.close()
    await log.close()
  }
}
