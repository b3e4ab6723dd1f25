/** Commits of transactions whose outcome a lost answer leaves open. */
import type { Producer } from './broker.ts'
import { BrokerError } from './broker-error.ts'

/**
 * Commits the open transaction, in at most `attempts` attempts: after a retriable error the outcome is unknown, and committing again is
 * safe. Rejects with a BrokerError.
 */
export async function commitSurely(producer: Pick<Producer, 'commit'>, attempts: number): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await producer.commit()
      return
    } catch (error) {
      if (!(error instanceof BrokerError && error.retriable) || attempt === attempts) throw error
    }
  }
}
