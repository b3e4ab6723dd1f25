/** Whether a name is that of a setting, and whether a value fits it: the same for the server's configuration and for requests. */
import { didYouMean, nearest } from '../../suggest.ts'
import { canonicalName, isSecret, settingOf } from './config.ts'
import { PEER_SETTINGS } from './peer-settings.ts'
import { SERVER_SETTINGS } from './server-settings.ts'
import { OPEN_PREFIXES, SERVER_PREFIXES } from './setting-prefixes.ts'
import { STREAMS_SETTINGS } from './streams-settings.ts'

const NAMES: readonly string[] = [...Object.keys(SERVER_SETTINGS), ...Object.keys(STREAMS_SETTINGS)]

/**
 * Whether the name is in the table, is one that ksqlDB or Kafka's clients know, or has a prefix that leaves the rest open. A name behind such a
 * prefix that is one letter away from a setting is taken for a slip.
 */
export function isKnownName(name: string): boolean {
  const canonical = canonicalName(name)
  if (settingOf(canonical) !== undefined || PEER_SETTINGS.has(canonical)) return true
  return (isOpen(name) || isServerOwn(canonical)) && nearest(canonical, NAMES, { maxEdits: 1 }) === undefined
}

/** Whether the value of a setting may be shown and stored: it is no secret, and no unknown name, which may be a misspelt secret's. */
export const isPublic = (name: string): boolean => !isSecret(name) && isKnownName(name)

/** ` Did you mean X?`, or nothing where no setting has a name like this. */
export function settingHint(name: string): string {
  const canonical = canonicalName(name)
  return settingOf(`ksql.${canonical}`) === undefined
    ? didYouMean(canonical, NAMES)
    : ` Did you mean ksql.${canonical}?`
}

const isOpen = (name: string): boolean => OPEN_PREFIXES.some((prefix) => name.startsWith(prefix))

/** Whether the name belongs to a part of the server that requests cannot change. */
export const isServerOwn = (canonical: string): boolean =>
  SERVER_PREFIXES.some((prefix) => canonical.startsWith(prefix)) ||
  (canonical.startsWith('ksql.') && PEER_SETTINGS.has(canonical))

/** What is shown instead of a value that is not public. */
export const HIDDEN = '[hidden]'

/** Why the value does not fit the setting; null: it fits, or the name is not in the table. The value of a secret is not shown. */
export function valueRefusal(name: string, value: string): string | null {
  const advice = valueAdvice(name, value)
  if (advice === null) return null
  const shown = isSecret(name) ? HIDDEN : value === '' ? "''" : value
  return `Invalid value ${shown} for configuration ${name}. ${advice}`
}

function valueAdvice(name: string, value: string): string | null {
  const setting = settingOf(canonicalName(name))
  if (setting === undefined) return null
  const { kind, choices, form, least } = setting
  if (choices !== null && !choices.some((choice) => choice.toLowerCase() === value.toLowerCase()))
    return `It is ${alternatives(choices)}.`
  if (form !== null && !form.accepts(value)) return form.advice
  if (kind === 'boolean' && !['true', 'false', ''].includes(value.toLowerCase()))
    return `It is ${alternatives(['true', 'false'])}.`
  if (kind === 'number' && !isWholeNumber(value)) return 'It is a whole number.'
  return kind === 'number' && Number(value) < least ? `It is a whole number, ${least} or more.` : null
}

/** A number of 64 bits, as Java's long: limits that nothing reaches are its greatest value. */
const isWholeNumber = (text: string): boolean =>
  /^\s*[+-]?\d{1,19}\s*$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text)

/** `'a', 'b' or 'c'`. */
function alternatives(words: readonly string[]): string {
  const quoted = words.map((word) => `'${word}'`)
  return `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`
}
