/** What Millrace would refuse in a statement that it can parse. */
import { BUILT_IN_FUNCTIONS } from '../../functions/index.ts'
import type { Statement } from '../../sql/ast/statement.ts'

const KNOWN: ReadonlySet<string> = new Set(BUILT_IN_FUNCTIONS.map(({ name }) => name))

/** Null: nothing. Types and columns are only checked when the statement runs. */
export function refusal(statement: Statement): string | null {
  if (statement.kind === 'alterSystem') return 'ALTER SYSTEM is not supported: put the setting into the property file.'
  const unknown = [...new Set(calledFunctions(statement))].filter((name) => !KNOWN.has(name))
  if (unknown.length === 0) return null
  return `Unknown function${unknown.length === 1 ? '' : 's'} ${unknown.join(', ')}: functions in JARs cannot be loaded; CREATE FUNCTION makes one in JavaScript.`
}

/** Names of the functions that a node calls, in upper case. */
function calledFunctions(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(calledFunctions)
  if (typeof node !== 'object' || node === null) return []
  const inner = Object.values(node).flatMap(calledFunctions)
  return 'kind' in node && node.kind === 'functionCall' && 'name' in node
    ? [String(node.name).toUpperCase(), ...inner]
    : inner
}
