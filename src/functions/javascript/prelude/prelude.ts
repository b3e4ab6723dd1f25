/**
 * The JavaScript that runs in a sandbox before a user-defined function does. It takes away what a function must not have, freezes the
 * rest, so that a call cannot change what the next one sees in the language itself, and gives the host the helpers with which values cross.
 */
import { CONSOLE } from './console.ts'
import { DECIMAL } from './decimal.ts'
import { FREEZE } from './freeze.ts'
import { LOCKDOWN } from './lockdown.ts'
import { NATIVES } from './natives.ts'
import { STATE_JSON } from './state-json.ts'
import { VALUES } from './values.ts'

/** Helpers by name, in the object that the prelude evaluates to. */
export const HELPERS = [
  'pick',
  'describe',
  'makeDecimal',
  'parseDecimal',
  'decimalText',
  'unscaledAt',
  'dateMs',
  'makeMap',
  'entries',
  'collect',
  'toJson',
  'fromJson',
  'ownKeys',
] as const

export type HelperName = (typeof HELPERS)[number]

/** The functions that an aggregate exports. */
export const AGGREGATE_PARTS = ['init', 'add', 'remove', 'merge', 'result'] as const

/** `hostLog(text)` and `hostRandom()` are functions of the host; the second one exists for functions that are NOT DETERMINISTIC. */
export const preludeSource = (isDeterministic: boolean): string =>
  `(${PRELUDE})(${isDeterministic}, ${JSON.stringify(AGGREGATE_PARTS)})`

const PRELUDE = `function (isDeterministic, aggregateParts) {
'use strict'
${NATIVES}${LOCKDOWN}${DECIMAL}${CONSOLE}${FREEZE}${VALUES}${STATE_JSON}
return { ${HELPERS.join(', ')} }
}`
