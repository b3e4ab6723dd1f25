/** DESCRIBE CONNECTOR: of a built-in connector, or else from Kafka Connect. See docs/sql.md#connectors. Source: ksqlDB's `DescribeConnectorExecutor`. */
import { type ConnectCluster, ConnectError } from '../../../connect/connect-cluster.ts'
import type { DataSource } from '../../../metastore/data-source.ts'
import type { DescribeConnector } from '../../../sql/ast/connector-statements.ts'
import { parseStatements } from '../../../sql/parse.ts'
import { describeBuiltIn } from '../../connectors/describe-built-in.ts'
import { describeSource } from '../../describe/describe-source.ts'
import type { Scope } from '../../scope.ts'
import { atOnce } from '../handler.ts'
import { atConnect } from './connect-failure.ts'

export const describeConnector = atOnce<DescribeConnector>(async ({ name }, scope) => {
  const builtIn = await describeBuiltIn(name, scope)
  if (builtIn !== null) {
    // Another server needs nothing but the tasks.
    const sources = scope.session.caller.isPeer ? [] : await sourcesOf(name, builtIn.topics, scope)
    return { ...builtIn, sources }
  }
  const { connect } = scope.parts
  const status = await atConnect('Failed to query connector status', () => connect.status(name))
  const info = await atConnect('Failed to query connector info', () => connect.describe(name))
  const topics = await topicsOf(name, connect)
  return {
    '@type': 'connector_description',
    connectorClass: info.config['connector.class'] ?? '',
    status,
    sources: await sourcesOf(name, topics.names, scope),
    topics: topics.names,
    warnings: topics.warnings,
  }
})

interface RelatedTopics {
  readonly names: readonly string[]
  readonly warnings: readonly string[]
}

/** Workers can be configured not to track the topics of connectors; then the rest of the description still holds. */
async function topicsOf(name: string, connect: ConnectCluster): Promise<RelatedTopics> {
  try {
    return { names: await connect.topics(name), warnings: [] }
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error
    return { names: [], warnings: [`Could not list related topics due to error: ${error.message}`] }
  }
}

/** Streams and tables over topics of the connector, and those that name it. */
async function sourcesOf(name: string, topics: readonly string[], { catalog, parts }: Scope) {
  const related = [...catalog.metastore.sources.values()].filter(
    (source) => topics.includes(source.topic) || connectorOf(source) === name,
  )
  return Promise.all(related.map((source) => describeSource(source, false, catalog, parts)))
}

const NAMING = /SOURCE(D_BY)?_CONNECTOR/i

/** The connector that the source's WITH names, which informs readers and has no effect; null: none. */
function connectorOf({ statement }: DataSource): string | null {
  if (!NAMING.test(statement)) return null
  const [parsed] = parseStatements(`${statement};`)
  if (parsed?.kind !== 'createSource') return null
  const property = parsed.properties.find(({ name }) => NAMING.test(name))
  return property?.value.kind === 'stringLiteral' ? property.value.value : null
}
