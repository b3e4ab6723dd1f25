/** What a statement makes of a built-in connector: its declaration found, its options checked, its stream and its topics resolved. */
import { optionsOf } from '../../connectors/common-options.ts'
import type { ConnectorDeclaration, ConnectorKind } from '../../connectors/connector.ts'
import { CONNECTORS } from '../../connectors/index.ts'
import { checkOptions, OptionError, type Options } from '../../connectors/options.ts'
import type { ConnectorSpec } from '../../connectors/run/connector-spec.ts'
import { sinkSource } from '../../connectors/run/running-sink.ts'
import { StatementError } from '../../errors.ts'
import type { DataSource } from '../../metastore/data-source.ts'
import { nameHint } from '../../metastore/lookup.ts'
import type { TopicRequest } from '../../plan/topic-request.ts'
import type { CreateBuiltInConnector, Property } from '../../sql/ast.ts'
import { formatLiteral } from '../../sql/format.ts'
import { suggestion } from '../../suggest.ts'
import type { TopicScope } from '../scope.ts'

export interface PlannedConnector {
  readonly spec: ConnectorSpec
  /** Topics that it needs: that of a source, and that of dead letters. */
  readonly topics: readonly TopicRequest[]
}

type Statement = CreateBuiltInConnector

/** Throws StatementError. */
export function planConnector(statement: Statement, scope: TopicScope): PlannedConnector {
  const given = optionsGiven(statement)
  const declaration = declarationOf(statement, given.get('connector'))
  const values = Object.fromEntries(
    [...given].flatMap(([name, { text }]) => (name === 'connector' ? [] : [[name, text]])),
  )
  const options = checked(statement, given, () => checkOptions(optionsOf(declaration), values))
  return declaration.kind === 'SINK'
    ? planSink(statement, declaration, { given, values, options }, scope)
    : planSource(statement, declaration, { given, values, options }, scope)
}

interface Given {
  readonly text: string
  readonly property: Property
}

interface GivenOptions {
  readonly given: ReadonlyMap<string, Given>
  readonly values: Readonly<Record<string, string>>
  readonly options: Options
}

/** Names of options in lower case, as they are declared. */
function optionsGiven({ properties }: Statement): Map<string, Given> {
  return new Map(
    properties.map((property) => {
      const { value } = property
      const text = value.kind === 'stringLiteral' ? value.value : formatLiteral(value)
      return [property.name.toLowerCase(), { text, property }]
    }),
  )
}

function declarationOf({ connectorKind, location }: Statement, connector: Given | undefined): ConnectorDeclaration {
  const known = CONNECTORS.filter(({ kind }) => kind === connectorKind)
  const names = known.map(({ name }) => name)
  if (connector === undefined) {
    throw new StatementError(
      `WITH does not say which connector. Add connector='...', which is one of: ${names.join(', ')}.`,
      { location },
    )
  }
  const found = known.find(({ name }) => name === connector.text.toLowerCase())
  if (found !== undefined) return found
  const kind = connectorKind.toLowerCase()
  throw new StatementError(
    `There is no ${kind} connector '${connector.text}'.${suggestion(connector.text, names, { label: 'There are' })}`,
    { location: connector.property.location },
  )
}

/** Errors of options get the place of the option. */
function checked<Result>({ location }: Statement, given: ReadonlyMap<string, Given>, work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof OptionError)) throw error
    const place = error.option === null ? undefined : given.get(error.option)?.property.location
    throw new StatementError(error.message, { location: place ?? location, cause: error })
  }
}

function planSink(
  statement: Statement,
  declaration: Extract<ConnectorDeclaration, { kind: 'SINK' }>,
  { given, values, options }: GivenOptions,
  { catalog, sequence }: TopicScope,
): PlannedConnector {
  const source = sourceOf(statement, catalog.metastore)
  const { name, kind, schema, topic, keyFormat, valueFormat, window, timestamp, badRecords } = source
  const spec: ConnectorSpec = {
    name: statement.name,
    id: sequence,
    kind: 'SINK',
    connector: declaration.name,
    options: values,
    topic,
    source: {
      name,
      kind,
      ...schema,
      keyFormat,
      valueFormat,
      window,
      timestamp,
      ...(badRecords !== undefined && { badRecords }),
    },
  }
  checked(statement, given, () => {
    declaration.check?.(options, sinkSource(spec))
    checkTolerance(options)
  })
  const deadLetters = options.textOrNull('errors.deadletterqueue.topic.name')
  return { spec, topics: deadLetters === null ? [] : [topicRequest(deadLetters, null)] }
}

function checkTolerance(options: Options): void {
  const option = 'errors.deadletterqueue.topic.name'
  if (!options.isGiven(option) || options.text('errors.tolerance') === 'all') return
  throw new OptionError(
    option,
    `The option '${option}' needs errors.tolerance='all': without it, a bad record stops the connector.`,
  )
}

function sourceOf({ from, location }: Statement, metastore: TopicScope['catalog']['metastore']): DataSource {
  const source = from === null ? undefined : metastore.sources.get(from)
  if (source !== undefined) return source
  throw new StatementError(`${from} does not exist.${nameHint(metastore, from ?? '')}`, { location })
}

function planSource(
  statement: Statement,
  declaration: Extract<ConnectorDeclaration, { kind: 'SOURCE' }>,
  { given, values, options }: GivenOptions,
  { sequence, topics }: TopicScope,
): PlannedConnector {
  checked(statement, given, () => declaration.check?.(options))
  const topic = options.text('topic')
  const partitions = options.isGiven('partitions') || !topics.has(topic) ? options.number('partitions') : null
  const spec: ConnectorSpec = {
    name: statement.name,
    id: sequence,
    kind: 'SOURCE',
    connector: declaration.name,
    options: values,
    topic,
    source: null,
  }
  return { spec, topics: [topicRequest(topic, partitions)] }
}

const topicRequest = (name: string, partitions: number | null): TopicRequest => ({
  name,
  partitions,
  replicas: null,
  retentionMs: null,
  retentionLike: null,
  cleanupPolicy: 'delete',
})

/** For messages. */
export const kindName = (kind: ConnectorKind): string => (kind === 'SINK' ? 'Sink' : 'Source')
