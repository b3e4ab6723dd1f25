/** COUNT of ROWTIME (what COUNT(*) means) counts rows and needs no column: ROWTIME is never NULL. */
import type { Expression } from '../../sql/ast.ts'
import { ROWTIME } from '../../types/schema.ts'

export function isRowCount(call: Expression): boolean {
  if (call.kind !== 'functionCall' || call.name !== 'COUNT' || call.args.length !== 1) return false
  const [arg] = call.args
  return arg!.kind === 'columnReference' && arg!.name === ROWTIME
}
