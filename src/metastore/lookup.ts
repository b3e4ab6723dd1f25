/** Finding a source by name, with the advice that helps when it is not there. */
import { type Location, StatementError } from '../errors.ts'
import type { DataSource } from './data-source.ts'
import type { Metastore } from './metastore.ts'

/** The hint for a name that exists in another letter case, or an empty text. Wording: ksqlDB. */
export function caseHint(metastore: Metastore, name: string): string {
  const other = [...metastore.sources.keys()].find(
    (existing) => existing !== name && existing.toUpperCase() === name.toUpperCase(),
  )
  if (other === undefined) return ''
  return other === other.toUpperCase()
    ? `\nDid you mean ${other}? Hint: try removing double quotes from the source name.`
    : `\nDid you mean "${other}"? Hint: wrap the source name in double quotes to make it case-sensitive.`
}

/** Names that exist, for the end of a message; an empty text if there are none. */
export function existingNames(metastore: Metastore, kind?: DataSource['kind']): string {
  const names = [...metastore.sources.values()]
    .filter((source) => kind === undefined || source.kind === kind)
    .map(({ name }) => name)
  return names.length === 0 ? '' : `\nExisting: ${names.slice(0, 20).join(', ')}${names.length > 20 ? ', ...' : ''}.`
}

export function findSource(metastore: Metastore, name: string, location?: Location): DataSource {
  const source = metastore.sources.get(name)
  if (source !== undefined) return source
  const hint = caseHint(metastore, name)
  throw new StatementError(`${name} does not exist.${hint === '' ? existingNames(metastore) : hint}`, {
    location,
    peerClass: 'io.confluent.ksql.util.KsqlStatementException',
  })
}
