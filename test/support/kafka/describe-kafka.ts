import { describe, inject, type ProvidedContext } from 'vitest'
import './global-setup.ts'

type Kafka = NonNullable<ProvidedContext['kafka']>

/** A `describe` whose tests need the broker of the global setup; without one they are shown as skipped, and the setup has said why. */
export function describeKafka(name: string, tests: (kafka: Kafka) => void): void {
  const kafka = inject('kafka')
  describe.skipIf(kafka === null)(name, () => tests(kafka ?? { bootstrapServers: '', secure: null }))
}
