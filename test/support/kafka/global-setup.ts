/** Vitest's global setup of the project `kafka`: one broker for all its test files, given to them as `inject('kafka')`. */

import type { TestProject } from 'vitest/node'
import { findKafka } from '../kafka.ts'
import type { SecureAccess } from './secure-listener.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** null: there is no broker, and `describeKafka` tests do not run. */
    kafka: { readonly bootstrapServers: string; readonly secure: SecureAccess | null } | null
  }
}

/** In CI (`CI=true`) a missing broker is a failure. Elsewhere it is said once, with the reasons. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  try {
    const kafka = await findKafka()
    console.log(`Kafka for the tests: ${kafka.bootstrapServers} (${kafka.origin})`)
    if (kafka.secure === null)
      console.warn('The tests over TLS and SASL do not run: this Kafka was not started from its jars.')
    project.provide('kafka', { bootstrapServers: kafka.bootstrapServers, secure: kafka.secure })
    return kafka.stop
  } catch (error) {
    if (process.env['CI'] === 'true') throw error
    console.warn(`\nThe Kafka tests did not run: ${(error as Error).message}\n`)
    project.provide('kafka', null)
    return undefined
  }
}
