/** COUNT of ROWTIME (what COUNT(*) means) counts rows and needs no column: ROWTIME is never NULL. */
import type { Expression } from '../sql/ast/query.ts'

/** A test for such calls. `rowtimes`: the names that ROWTIME has in these expressions. */
export const rowCountTest =
  (rowtimes: ReadonlySet<string>) =>
  (call: Expression): boolean => {
    if (call.kind !== 'functionCall' || call.name !== 'COUNT' || call.args.length !== 1) return false
    const [arg] = call.args
    return arg!.kind === 'columnReference' && rowtimes.has(arg!.name)
  }
