import { describe, inject } from 'vitest'
import './global-setup.ts'

/** A `describe` whose tests need the broker of the global setup; without one they are shown as skipped, and the setup has said why. */
export function describeKafka(name: string, tests: (kafka: { readonly bootstrapServers: string }) => void): void {
  const kafka = inject('kafka')
  describe.skipIf(kafka === null)(name, () => tests(kafka ?? { bootstrapServers: '' }))
}
