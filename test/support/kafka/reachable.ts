/** Whether a broker under test takes requests. */

import { setTimeout as delay } from 'node:timers/promises'
import { Kafka, logLevel } from 'kafkajs'
import '../../../src/broker/kafka/protocol/quiet-timers.ts'

const BETWEEN_TRIES_MS = 200

export interface WaitOptions {
  readonly timeoutMs: number
  /** Whether there is nothing to wait for any more. */
  readonly hasEnded?: () => boolean
}

/** Resolves when a Kafka at `bootstrapServers` lists its nodes. Rejects after `timeoutMs`, or when `hasEnded` says so. */
export async function waitUntilUp(bootstrapServers: string, { timeoutMs, hasEnded }: WaitOptions): Promise<void> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    try {
      return await describe(bootstrapServers)
    } catch (error) {
      if (hasEnded?.()) throw new Error(`The broker at ${bootstrapServers} ended.`, { cause: error })
      if (performance.now() > deadline)
        throw new Error(`No Kafka answers at ${bootstrapServers} after ${timeoutMs / 1000} s.`, { cause: error })
    }
    await delay(BETWEEN_TRIES_MS)
  }
}

async function describe(bootstrapServers: string): Promise<void> {
  const kafka = new Kafka({
    brokers: bootstrapServers.split(','),
    logLevel: logLevel.NOTHING,
    connectionTimeout: 2000,
    requestTimeout: 5000,
    retry: { retries: 0 },
  })
  const admin = kafka.admin()
  try {
    await admin.connect()
    const { brokers } = await admin.describeCluster()
    if (brokers.length === 0) throw new Error('no nodes')
  } finally {
    await admin.disconnect()
  }
}
