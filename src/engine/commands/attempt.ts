/** Work whose failure is reported and holds up nothing else. */
import { messageOf } from '../../errors.ts'

/** Resolves to the message of the failure, or null. */
export async function attempt(work: () => Promise<void>): Promise<string | null> {
  try {
    await work()
    return null
  } catch (error) {
    return messageOf(error)
  }
}
