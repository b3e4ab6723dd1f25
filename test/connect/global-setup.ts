/**
 * Vitest's global setup of the project `connect`: a Kafka and a worker of Kafka Connect over it. The worker is that of `KAFKA_CONNECT_URL`, over
 * the Kafka of `KAFKA_BOOTSTRAP_SERVERS`, or one from Maven's jars.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startLocalConnect } from '../support/connect/local-connect.ts'
import { findKafka } from '../support/kafka.ts'

declare module 'vitest' {
  interface ProvidedContext {
    connect: { readonly url: string; readonly bootstrapServers: string }
  }
}

/** These tests run by name and in CI alone, so a missing part is a failure. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const kafka = await findKafka()
  const directory = mkdtempSync(join(tmpdir(), 'millrace-connect-'))
  const given = process.env['KAFKA_CONNECT_URL']
  const connect = given
    ? { url: given, stop: async () => {} }
    : await startLocalConnect(directory, kafka.bootstrapServers)
  project.provide('connect', { url: connect.url, bootstrapServers: kafka.bootstrapServers })
  return async () => {
    await connect.stop()
    await kafka.stop()
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 })
  }
}
