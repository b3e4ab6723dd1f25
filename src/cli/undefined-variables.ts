/** Variables that a statement uses and nobody has defined. */
import { DollarString, tokenize } from '../../grammar/tokens.ts'

/** The names as they are written, each once. `$${name}` is not a reference, nor is one in a comment. `variables`: names in upper case. */
export function undefinedVariables(statement: string, variables: ReadonlyMap<string, string>): string[] {
  const code = withoutDollarStrings(statement).replaceAll(
    /('(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`)|--[^\n]*|\/\*[\s\S]*?\*\//g,
    '$1',
  )
  const references = code.matchAll(/(?<!\$)\$\{([A-Za-z_][A-Za-z0-9_@]*)\}/g)
  return [...new Set([...references].map(([, name]) => name!))].filter((name) => !variables.has(name.toUpperCase()))
}

/** Strings in dollars hold text of other languages, in which `${name}` is no variable. */
function withoutDollarStrings(statement: string): string {
  const bodies = tokenize(statement).tokens.filter(({ tokenType }) => tokenType === DollarString)
  return bodies.reduceRight(
    (text, { startOffset, endOffset }) => text.slice(0, startOffset) + text.slice(endOffset! + 1),
    statement,
  )
}
