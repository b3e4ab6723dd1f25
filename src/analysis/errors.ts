/** How analysis errors are worded: places, lists, classes. */
import { type Location, type PeerClass, StatementError } from '../errors.ts'

/** `Line: 3, Col: 38: ` where the place is known. Wording: ksqlDB. */
export const place = (location: Location | undefined): string =>
  location === undefined ? '' : `Line: ${location.line}, Col: ${location.column}: `

export function refuse(message: string, location?: Location, peerClass?: PeerClass): never {
  throw new StatementError(message, { location, peerClass })
}

/** `A, B or C`. */
export const alternatives = (items: readonly string[]): string => joined(items, 'or')

/** `A, B and C`. */
export const conjunction = (items: readonly string[]): string => joined(items, 'and')

const joined = (items: readonly string[], word: string): string =>
  items.length <= 1 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} ${word} ${items[items.length - 1]}`
