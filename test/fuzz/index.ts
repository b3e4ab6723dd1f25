/** The table of what is fuzzed. */
import { casts, like } from './casts.ts'
import { functionCalls } from './functions.ts'
import { linePatterns } from './line-patterns.ts'
import { payloadTargets } from './payloads.ts'
import { anyText, damagedStatements } from './statements.ts'
import type { FuzzTarget } from './target.ts'

export const FUZZ_TARGETS: readonly FuzzTarget[] = [
  damagedStatements,
  anyText,
  ...payloadTargets,
  linePatterns,
  functionCalls,
  casts,
  like,
]
