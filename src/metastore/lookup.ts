/** Finding a source by name, with the advice that helps when it is not there. */
import { type Location, StatementError } from '../errors.ts'
import { suggestion } from '../suggest.ts'
import type { DataSource } from './data-source.ts'
import type { Metastore } from './metastore.ts'

/** The hint for a name that exists in another letter case, or an empty text. Wording: ksqlDB. */
function caseHint(metastore: Metastore, name: string): string {
  const other = [...metastore.sources.keys()].find(
    (existing) => existing !== name && existing.toUpperCase() === name.toUpperCase(),
  )
  if (other === undefined) return ''
  return other === other.toUpperCase()
    ? `\nDid you mean ${other}? Hint: try removing double quotes from the source name.`
    : `\nDid you mean "${other}"? Hint: wrap the source name in double quotes to make it case-sensitive.`
}

/** The name that may be meant, or the names that exist, for the end of a message about an unknown name. `kind`: of the source to be found. */
export function nameHint(metastore: Metastore, name: string, kind?: DataSource['kind']): string {
  const otherCase = caseHint(metastore, name)
  if (otherCase !== '') return otherCase
  const names = [...metastore.sources.values()]
    .filter((source) => kind === undefined || source.kind === kind)
    .map((source) => source.name)
  return suggestion(name, names, { label: 'Existing' }).replace(' ', '\n')
}

export function findSource(metastore: Metastore, name: string, location?: Location): DataSource {
  const source = metastore.sources.get(name)
  if (source !== undefined) return source
  throw new StatementError(`${name} does not exist.${nameHint(metastore, name)}`, {
    location,
    peerClass: 'io.confluent.ksql.util.KsqlStatementException',
  })
}
