/**
 * The form of Kafka Connect for connectors that Millrace runs itself: `CREATE SINK CONNECTOR name WITH ("connector.class"='millrace.file',
 * "topics"='t', ...)`. It is the statement CREATE SINK or CREATE SOURCE in other words. Where no setting names a Connect cluster, well-known
 * classes of Connect are built-in connectors, too. See docs/connectors/README.md#classes-of-kafka-connect.
 */
import type { CreateBuiltInConnector, CreateConnector } from '../sql/ast/connector-statements.ts'
import type { Statement } from '../sql/ast/statement.ts'
import type { Property } from '../sql/ast/statement-node.ts'
import { literalText } from '../sql/format.ts'
import { formatStatement } from '../sql/format-statement.ts'
import { foreignClass, translate } from './foreign/translate.ts'

const CLASS = 'connector.class'
const PREFIX = 'millrace.'
/** Options of every connector of Connect that mean nothing here: a task for each partition, and the formats of the stream. */
const WITHOUT_MEANING: ReadonlySet<string> = new Set(['tasks.max', 'name', 'key.converter', 'value.converter'])

export interface OwnFormOptions {
  /** Whether a setting names a Connect cluster, to which all classes of Connect belong then. */
  readonly hasConnect: boolean
}

/** The statement as it is carried out. */
export function inOwnForm(statement: Statement, { hasConnect }: OwnFormOptions): Statement {
  if (statement.kind !== 'createConnector') return statement
  const className = classOf(statement)
  if (className?.startsWith(PREFIX)) return builtIn(statement, className.slice(PREFIX.length))
  return (hasConnect || className === null ? null : translated(statement, className)) ?? statement
}

function classOf({ properties }: CreateConnector): string | null {
  const value = properties.find(({ name }) => name.toLowerCase() === CLASS)?.value
  return value?.kind === 'stringLiteral' ? value.value : null
}

const text = (value: string) => ({ kind: 'stringLiteral', value }) as const

function builtIn(statement: CreateConnector, connector: string): CreateBuiltInConnector {
  const own = statement.properties.filter((property) => !WITHOUT_MEANING.has(property.name.toLowerCase()))
  const properties = own.map((property): Property => {
    if (property.name.toLowerCase() !== CLASS) return property
    return { ...property, name: 'connector', value: text(connector) }
  })
  return withProperties(statement, properties)
}

/** Null: the class has no equivalent. */
function translated(statement: CreateConnector, className: string): CreateBuiltInConnector | null {
  const foreign = foreignClass(className, statement.connectorKind)
  if (foreign === undefined) return null
  const others = statement.properties.filter(({ name }) => name.toLowerCase() !== CLASS)
  const settings = new Map(others.map(({ name, value }) => [name, literalText(value)]))
  const { options, origins, refused, notes, needs } = translate(foreign, settings)
  const properties = Object.entries(options).map(([name, value]): Property => {
    const location = others.find((property) => property.name === origins.get(name))?.location
    return { name, value: text(value), ...(location !== undefined && { location }) }
  })
  const own = withProperties(statement, [{ name: 'connector', value: text(foreign.connector) }, ...properties])
  const named = [{ name: CLASS, value: text(PREFIX + foreign.connector) }, ...properties]
  return {
    ...own,
    // What is stored says what runs, in a form that can be run again.
    text: formatStatement({ ...statement, properties: named }),
    translated: { className, refused, notes, needs },
  }
}

function withProperties(
  { connectorKind, name, ifNotExists, text: statement, location }: CreateConnector,
  properties: readonly Property[],
): CreateBuiltInConnector {
  return {
    kind: 'createBuiltInConnector',
    connectorKind,
    name,
    ifNotExists,
    from: null,
    properties,
    text: statement,
    ...(location !== undefined && { location }),
  }
}
