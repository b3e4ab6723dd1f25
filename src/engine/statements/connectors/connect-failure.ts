/** Refusals of Kafka Connect as those of a statement. */
import { ConnectError } from '../../../connect/connect-cluster.ts'
import { type ErrorCode, RequestError } from '../../../errors.ts'

/** What Connect refuses with these statuses the user can mend; everything else is up to the operator of Connect. */
const CODES: ReadonlyMap<number, ErrorCode> = new Map([
  [400, 'BAD_REQUEST'],
  [404, 'NOT_FOUND'],
  [409, 'CONFLICT'],
])

/** Runs `work`; a ConnectError becomes a refusal of the statement. `failed`: `Failed to drop connector`. */
export async function atConnect<Result>(failed: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error
    const message = `${failed}: ${error.message}`
    throw new RequestError(CODES.get(error.status) ?? 'SERVER_ERROR', message, { cause: error })
  }
}
