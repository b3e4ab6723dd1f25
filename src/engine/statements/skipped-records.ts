/** Warnings about what a new query does not read: with `auto.offset.reset` at `latest` it starts at the ends of its topics. */

import type { Broker } from '../../broker/broker.ts'
import { BrokerError } from '../../broker/broker-error.ts'
import type { TopicScope } from '../scope.ts'

/** One sentence for each topic of `sources` that has records already. */
export async function skippedRecords(sources: readonly string[], scope: TopicScope): Promise<string[]> {
  const { config, catalog, topics, parts } = scope
  if (config.get('auto.offset.reset') !== 'latest') return []
  const names = sources.flatMap((name) => catalog.metastore.sources.get(name)?.topic ?? [])
  const existing = [...new Set(names)].filter((topic) => topics.has(topic))
  const warnings = await Promise.all(existing.map((topic) => skippedIn(topic, parts.broker)))
  return warnings.filter((warning) => warning !== null)
}

async function skippedIn(topic: string, broker: Broker): Promise<string | null> {
  const records = await recordsIn(topic, broker)
  if (records === 0) return null
  const those = records === 1 ? 'the record that is' : `the ${records} records that are`
  return `Starts after ${those} in ${topic}. To read ${records === 1 ? 'it' : 'them'} too: SET 'auto.offset.reset' = 'earliest';`
}

/** At least as many as there are records: offsets may have gaps. A topic whose offsets cannot be read is worth no warning. */
async function recordsIn(topic: string, broker: Broker): Promise<number> {
  try {
    const [starts, ends] = await Promise.all([broker.startOffsets(topic), broker.endOffsets(topic)])
    return ends.reduce((total, end, i) => total + end.offset - (starts[i]?.offset ?? end.offset), 0)
  } catch (error) {
    if (error instanceof BrokerError) return 0
    throw error
  }
}
