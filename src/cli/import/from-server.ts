/** The statements of a running ksqlDB server, from what it lists: types, streams, tables, and the queries of INSERT INTO. */
import type { Client } from '../client/client.ts'
import type { RecordedCommand } from './recorded-command.ts'

interface Described {
  readonly name: string
  readonly statement: string
  readonly writeQueries: readonly { readonly id: string }[]
}

interface Listed {
  readonly id: string
  readonly queryString: string
  readonly queryType?: string
  readonly state?: string | null
}

/** What ksqlDB makes itself. */
const OWN_STREAM = 'KSQL_PROCESSING_LOG'

/** In an order in which they can run: a query's id ends with the place of its statement. Rejects with a ClientError. */
export async function statementsOf(client: Client): Promise<RecordedCommand[]> {
  const [types, streams, tables, queries] = (await client.execute(
    'LIST TYPES; LIST STREAMS EXTENDED; LIST TABLES EXTENDED; LIST QUERIES;',
  )) as unknown as [
    { readonly types: Readonly<Record<string, unknown>> },
    { readonly sourceDescriptions: readonly Described[] },
    { readonly sourceDescriptions: readonly Described[] },
    { readonly queries: readonly Listed[] },
  ]
  const sources = [...streams.sourceDescriptions, ...tables.sourceDescriptions].filter(
    ({ name }) => name !== OWN_STREAM,
  )
  const derived = sources.flatMap((source) => derivedBy(source))
  const known = new Set(derived.map(({ queryId }) => queryId))
  const inserts = queries.queries
    .filter(({ id, queryType = 'PERSISTENT' }) => queryType === 'PERSISTENT' && !known.has(id))
    .map(({ id, queryString }) => command(`stream/${id}/create`, queryString, id))
  const declared = sources.filter((source) => derivedBy(source).length === 0)
  return [
    ...Object.entries(types.types).map(([name, schema]) =>
      command(`type/${name}/create`, typeStatement(name, schema), null),
    ),
    ...declared.map(({ name, statement }) => command(`stream/${name}/create`, statement, null)),
    ...[...derived, ...inserts].sort((a, b) => placeOf(a) - placeOf(b)),
  ]
}

const command = (id: string, statement: string, queryId: string | null): RecordedCommand => ({
  id,
  statement: statement.trim(),
  overrides: {},
  queryId,
})

/** The statement of a source that a query writes; none for one that was declared over a topic. */
function derivedBy({ name, statement, writeQueries }: Described): RecordedCommand[] {
  const own = writeQueries.find(({ id }) => /^C[ST]AS_/.test(id))
  return own === undefined ? [] : [command(`stream/${name}/create`, statement, own.id)]
}

const placeOf = ({ queryId }: RecordedCommand): number => Number(/_(\d+)$/.exec(queryId ?? '')?.[1] ?? 0)

interface TypeSchema {
  readonly type: string
  readonly fields?: readonly { readonly name: string; readonly schema: TypeSchema }[] | null
  readonly memberSchema?: TypeSchema | null
  readonly parameters?: Readonly<Record<string, number>> | null
}

const typeStatement = (name: string, schema: unknown): string =>
  `CREATE TYPE ${name} AS ${typeText(schema as TypeSchema)};`

/** Source: ksqlDB's `SchemaInfo`. */
function typeText({ type, fields, memberSchema, parameters }: TypeSchema): string {
  switch (type) {
    case 'STRUCT':
      return `STRUCT<${(fields ?? []).map(({ name, schema }) => `\`${name}\` ${typeText(schema)}`).join(', ')}>`
    case 'ARRAY':
      return `ARRAY<${typeText(memberSchema!)}>`
    case 'MAP':
      return `MAP<STRING, ${typeText(memberSchema!)}>`
    case 'DECIMAL':
      return `DECIMAL(${parameters?.['precision']}, ${parameters?.['scale']})`
    default:
      return type
  }
}
