/**
 * The form of Kafka Connect for connectors that Millrace runs itself: `CREATE SINK CONNECTOR name WITH ("connector.class"='millrace.file',
 * "topics"='t', ...)`. It is the statement CREATE SINK or CREATE SOURCE in other words.
 */
import type { CreateBuiltInConnector, CreateConnector, Property, Statement } from '../sql/ast.ts'

const CLASS = 'connector.class'
const PREFIX = 'millrace.'
/** Options of every connector of Connect that mean nothing here: a task for each partition, and the formats of the stream. */
const WITHOUT_MEANING: ReadonlySet<string> = new Set(['tasks.max', 'name', 'key.converter', 'value.converter'])

/** The statement as it is carried out. */
export function inOwnForm(statement: Statement): Statement {
  if (statement.kind !== 'createConnector') return statement
  const connector = builtInClass(statement)
  return connector === null ? statement : builtIn(statement, connector)
}

/** Null for a class of Kafka Connect. */
function builtInClass({ properties }: CreateConnector): string | null {
  const value = properties.find(({ name }) => name.toLowerCase() === CLASS)?.value
  if (value?.kind !== 'stringLiteral' || !value.value.startsWith(PREFIX)) return null
  return value.value.slice(PREFIX.length)
}

function builtIn(statement: CreateConnector, connector: string): CreateBuiltInConnector {
  const { connectorKind, name, ifNotExists, properties, text, location } = statement
  const own = properties.filter((property) => !WITHOUT_MEANING.has(property.name.toLowerCase()))
  return {
    kind: 'createBuiltInConnector',
    connectorKind,
    name,
    ifNotExists,
    from: null,
    properties: own.map((property): Property => {
      if (property.name.toLowerCase() !== CLASS) return property
      return { ...property, name: 'connector', value: { kind: 'stringLiteral', value: connector } }
    }),
    text,
    ...(location !== undefined && { location }),
  }
}
