/** How much a topic holds. */
import type { Broker } from '../../src/broker/broker.ts'

/** How many records were ever written to a topic, markers of transactions included. `readCommitted`: those of open transactions not. */
export async function endOf(
  broker: Broker,
  topic: string,
  options?: { readonly readCommitted?: boolean },
): Promise<number> {
  const ends = await broker.endOffsets(topic, options)
  return ends.reduce((sum, { offset }) => sum + offset, 0)
}
