/** Topics of the peers' results. */
import type { Broker } from '../../../src/broker/broker.ts'

/** As many as the inputs have. */
export const OUTPUT_PARTITIONS = 2

/** Runs `use` and deletes the topics that came meanwhile; those of before stay, whoever they belong to. */
export async function withoutNewTopics<T>(broker: Broker, use: () => Promise<T>): Promise<T> {
  const names = async () => (await broker.listTopics()).flatMap(({ name, isInternal }) => (isInternal ? [] : name))
  const before = new Set(await names())
  try {
    return await use()
  } finally {
    for (const name of await names()) if (!before.has(name)) await broker.deleteTopic(name)
  }
}
