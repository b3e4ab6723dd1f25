/** What a server has, as far as a folder may define it. */
import type { Entity } from '../../engine/describe/entities.ts'
import { parseStatements } from '../../sql/parse.ts'
import { quoteName } from '../../types/sql-type.ts'
import type { Client } from '../client/client.ts'
import { ClientError } from '../client/client-error.ts'
import { canonical, type Defining, type Definition, isDefining, nameOf } from './definition.ts'

export type DeployClient = Pick<Client, 'execute'>

/**
 * The definition that the server has under the name of this one, in its canonical form; empty: something that no statement of a folder
 * defines; null: nothing. Rejects with a ClientError.
 */
export async function existing(
  definition: Pick<Definition, 'kind' | 'name' | 'statement'>,
  client: DeployClient,
): Promise<string | null> {
  const text = await statementOf(definition, client)
  return text === null || text === '' ? text : (canonicalOf(text) ?? '')
}

async function statementOf(
  { kind, name, statement }: Pick<Definition, 'kind' | 'name' | 'statement'>,
  client: DeployClient,
): Promise<string | null> {
  switch (kind) {
    case 'source':
    case 'query': {
      const entity = await describe(`DESCRIBE ${quoteName(name)};`, client)
      return entity?.['@type'] === 'sourceDescription' ? entity.sourceDescription.statement : null
    }
    case 'insert':
      return insertOf(statement, client)
    case 'connector': {
      // A name that is not one of the server's own connectors is looked up in Kafka Connect, which may not be there.
      const entity = await describe(`DESCRIBE CONNECTOR ${quoteName(name)};`, client, () => true)
      return entity?.['@type'] === 'connector_description' ? (entity.builtIn?.statement ?? '') : null
    }
    case 'function': {
      const entity = await describe(`DESCRIBE FUNCTION ${quoteName(name)};`, client)
      if (entity?.['@type'] !== 'describe_function') return null
      const wanted = canonical(statement)
      const all = (entity.statements ?? []).filter((text) => text !== '')
      const same = all.find((text) => canonicalOf(text) === wanted)
      return same ?? (all.length > 0 ? '' : null)
    }
    case 'index': {
      const [entity] = await client.execute('SHOW INDEXES;')
      const indexes = entity?.['@type'] === 'index_list' ? entity.indexes : []
      return indexes.find((index) => index.name === name)?.statement ?? null
    }
    case 'type': {
      const [entity] = await client.execute('SHOW TYPES;')
      const types = entity?.['@type'] === 'type_list' ? entity.types : {}
      // Whatever was made with a type has a copy of it, so that a type that exists is left as it is.
      return name in types ? canonical(statement) : null
    }
  }
}

/** The same INSERT INTO on the server; empty: one that reads the same and does something else, which would run beside it. */
async function insertOf(statement: Defining, client: DeployClient): Promise<string | null> {
  if (statement.kind !== 'insertInto') return null
  const entity = await describe(`DESCRIBE ${quoteName(statement.target)} EXTENDED;`, client)
  if (entity?.['@type'] !== 'sourceDescription') return null
  const texts = entity.sourceDescription.writeQueries.map(({ queryString }) => queryString)
  const inserts = texts.flatMap((text) => parseStatements(text)).filter((one) => one.kind === 'insertInto')
  const wanted = canonical(statement)
  if (inserts.some((one) => canonical(one) === wanted)) return wanted
  return inserts.some((one) => nameOf(one) === nameOf(statement)) ? '' : null
}

/** Null: the statement is not one that a folder may hold. */
function canonicalOf(text: string): string | null {
  const [statement] = parseStatements(text.endsWith(';') ? text : `${text};`)
  return statement !== undefined && isDefining(statement) ? canonical(statement) : null
}

/** Undefined: there is nothing of that name. */
async function describe(
  sql: string,
  client: DeployClient,
  isMissing = ({ status }: ClientError) => Math.floor((status ?? 0) / 100) === 4,
): Promise<Entity | undefined> {
  try {
    return (await client.execute(sql))[0]
  } catch (error) {
    if (error instanceof ClientError && error.status !== undefined && isMissing(error)) return undefined
    throw error
  }
}

export interface ServerSource {
  readonly kind: 'STREAM' | 'TABLE'
  readonly name: string
}

/** All streams and tables, without the server's own. Throws ClientError. */
export async function sourcesOf(client: DeployClient): Promise<ServerSource[]> {
  const [streams, tables] = await client.execute('SHOW STREAMS; SHOW TABLES;')
  return [
    ...(streams?.['@type'] === 'streams' ? streams.streams.map(({ name }) => ({ kind: 'STREAM', name }) as const) : []),
    ...(tables?.['@type'] === 'tables' ? tables.tables.map(({ name }) => ({ kind: 'TABLE', name }) as const) : []),
  ].filter(({ name }) => name !== 'KSQL_PROCESSING_LOG')
}
