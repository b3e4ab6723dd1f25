/** All built-in functions: one line per family. */
import type { FunctionDeclaration } from './declaration.ts'
import { encodeFunctions } from './scalar/encode.ts'
import { maskFunctions } from './scalar/mask.ts'
import { padFunctions } from './scalar/pad.ts'
import { splitFunctions } from './scalar/split.ts'
import { stringFunctions } from './scalar/string.ts'

export const BUILT_IN_FUNCTIONS: readonly FunctionDeclaration[] = [
  ...encodeFunctions,
  ...maskFunctions,
  ...padFunctions,
  ...splitFunctions,
  ...stringFunctions,
]
