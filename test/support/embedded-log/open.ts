/** Embedded logs in temporary directories, for tests. */

import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Broker, FetcherOptions } from '../../../src/broker/broker.ts'
import {
  type EmbeddedLog,
  type EmbeddedLogOptions,
  openEmbeddedLog,
} from '../../../src/broker/embedded/embedded-log.ts'
import { decode, encode, type PlainRecord, record } from '../batches.ts'

export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-log-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

export interface OpenedLog {
  readonly log: EmbeddedLog
  readonly broker: Broker
  readonly dataDir: string
  readonly warnings: string[]
}

/** Opens without timers; the log is closed after the test. */
export async function openLog(options: Partial<EmbeddedLogOptions> = {}): Promise<OpenedLog> {
  const dataDir = options.dataDir ?? temporaryDirectory()
  const warnings: string[] = []
  const log = await openEmbeddedLog({
    fsync: 'never',
    maintenanceIntervalMs: 0,
    warn: (message) => warnings.push(message),
    ...options,
    dataDir,
  })
  onTestFinished(() => log.close())
  return { log, broker: log.broker(), dataDir, warnings }
}

/** What `kill -9` would leave of a log that is open: its files as they are now, in another directory. */
export function crashed(dataDir: string): string {
  const directory = temporaryDirectory()
  cpSync(dataDir, directory, { recursive: true })
  rmSync(join(directory, 'lock'))
  return directory
}

export const partitionPath = (dataDir: string, topic: string, partition = 0) =>
  join(dataDir, 'topics', topic, String(partition))

export const segmentPaths = (dataDir: string, topic: string, partition = 0) =>
  readdirSync(partitionPath(dataDir, topic, partition))
    .filter((name) => name.endsWith('.log'))
    .sort()
    .map((name) => join(partitionPath(dataDir, topic, partition), name))

/** Second copies of the segments, where the topic has them. */
export const copyPaths = (dataDir: string, topic: string, partition = 0) =>
  segmentPaths(dataDir, topic, partition).map((path) => path.replace(/\.log$/, '.copy'))

/** Both files with the topic's metadata. */
export const metadataFiles = (dataDir: string, topic: string) =>
  ['topic.json', 'topic.copy.json'].map((name) => join(dataDir, 'topics', topic, name))

/** One batch for each of `texts`; values and keys are the text. */
export async function produceEach(
  broker: Broker,
  topic: string,
  texts: readonly string[],
  partition = 0,
): Promise<void> {
  const producer = broker.producer()
  for (const text of texts) await producer.send(topic, partition, encode([record(text, 1_000, text)]))
  await producer.close()
}

/** All records of a partition from its start. */
export async function readAll(
  broker: Broker,
  topic: string,
  options: FetcherOptions & { partition?: number } = {},
): Promise<PlainRecord[]> {
  const { partition = 0, ...fetcherOptions } = options
  const fetcher = broker.fetcher(fetcherOptions)
  const { offset } = (await broker.startOffsets(topic))[partition]!
  fetcher.assign({ topic, partition, offset })
  const records: PlainRecord[] = []
  for (;;) {
    const [part] = await fetcher.poll(0)
    if (part === undefined) break
    if (part.error !== null) throw part.error
    records.push(...decode(part.batches, part.fetchOffset, part.abortedTransactions))
  }
  await fetcher.close()
  return records
}

export const sequence = (count: number, from = 0) => Array.from({ length: count }, (_, n) => `v${from + n}`)
