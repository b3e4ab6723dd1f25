/** What makes declarations of the user-defined functions; a registry holds one. */
import type { FunctionDeclaration } from './declaration.ts'
import type { FunctionDefinition } from './definition.ts'
import { type FunctionUsage, newUsage } from './usage.ts'

/** On whose behalf functions are called: a task of a query, or a statement. */
export interface FunctionCaller {
  /** Takes a line that a function logs. */
  readonly log: (definition: FunctionDefinition, text: string) => void
  /** Where the calls of a function are counted. */
  readonly usage: (definition: FunctionDefinition) => FunctionUsage
}

/** The optional functions that the body of an aggregate has. */
export interface OptionalParts {
  readonly hasRemove: boolean
  readonly hasMerge: boolean
}

export interface UserFunctions {
  /** One declaration for each name. */
  readonly declare: (
    definitions: readonly FunctionDefinition[],
    caller: FunctionCaller,
  ) => readonly FunctionDeclaration[]
  /** Throws an Error for a body that is not a function of its kind. */
  readonly check: (definition: FunctionDefinition) => OptionalParts
}

/** Counts and logs nothing: for plans, and for statements. */
export const NO_CALLER: FunctionCaller = { log: () => {}, usage: newUsage }

const refuse = (): never => {
  throw new Error('User-defined functions do not run here.')
}

/** For programs that have none. */
export const NO_USER_FUNCTIONS: UserFunctions = { declare: refuse, check: refuse }
