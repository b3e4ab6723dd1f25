/** What a statement makes of a built-in connector: its declaration found, its options checked, its stream and its topics resolved. */
import { optionsOf } from '../../connectors/common-options.ts'
import type { ConnectorDeclaration, ConnectorKind } from '../../connectors/connector.ts'
import { CONNECTORS } from '../../connectors/index.ts'
import { checkOptions, OptionError, type Options } from '../../connectors/options.ts'
import { type ConnectorSpec, sinkSource } from '../../connectors/run/connector-spec.ts'
import { secretNames } from '../../connectors/secrets.ts'
import { StatementError } from '../../errors.ts'
import type { DataSource } from '../../metastore/data-source.ts'
import { nameHint } from '../../metastore/lookup.ts'
import { type TopicRequest, topicRequest } from '../../plan/topic-request.ts'
import type { CreateBuiltInConnector } from '../../sql/ast/connector-statements.ts'
import { suggestion } from '../../suggest.ts'
import type { Catalog } from '../commands/catalog.ts'
import type { TopicScope } from '../scope.ts'
import { checkedOptions, type Given, optionsGiven } from './given-options.ts'

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
  const isOption = (name: string) => name !== 'connector' && !(declaration.kind === 'SINK' && name === 'topics')
  const values = Object.fromEntries([...given].flatMap(([name, { text }]) => (isOption(name) ? [[name, text]] : [])))
  const options = checkedOptions(statement, () => checkOptions(optionsOf(declaration), values))
  checkedOptions(statement, () => checkSecrets(values, scope.catalog.secrets))
  return declaration.kind === 'SINK'
    ? planSink(statement, declaration, { given, values, options }, scope)
    : planSource(statement, declaration, { values, options }, scope)
}

interface GivenOptions {
  readonly given: ReadonlyMap<string, Given>
  readonly values: Readonly<Record<string, string>>
  readonly options: Options
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

function planSink(
  statement: Statement,
  declaration: Extract<ConnectorDeclaration, { kind: 'SINK' }>,
  { given, values, options }: GivenOptions,
  scope: TopicScope,
): PlannedConnector {
  const source = sourceOf(statement, given, scope)
  const { name, kind, schema, topic, keyFormat, valueFormat, window, timestamp, badRecords } = source
  const spec: ConnectorSpec = {
    name: statement.name,
    id: scope.sequence,
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
  checkedOptions(statement, () => {
    declaration.check?.(options, sinkSource(spec))
    checkTolerance(options)
    checkTopics(statement, given)
  })
  return { spec, topics: deadLetterTopics(options, topic) }
}

/** The topic for dead letters of a sink that reads `source`, if the options name one. */
export function deadLetterTopics(options: Options, source: string): readonly TopicRequest[] {
  const topic = options.textOrNull('errors.deadletterqueue.topic.name')
  return topic === null ? [] : [topicRequest(topic, { recordsOf: source })]
}

/** Throws an OptionError for a reference to a secret that does not exist. */
export function checkSecrets(values: ConnectorSpec['options'], secrets: Catalog['secrets']): void {
  for (const [option, value] of Object.entries(values)) {
    const missing = secretNames([value]).find((name) => !secrets.has(name))
    if (missing === undefined) continue
    const advice = suggestion(missing, [...secrets.keys()], { label: 'There are' })
    throw new OptionError(option, `There is no secret ${missing}. CREATE SECRET makes one.${advice}`)
  }
}

function checkTopics({ from }: Statement, given: GivenOptions['given']): void {
  if (from === null || !given.has('topics')) return
  throw new OptionError('topics', "The option 'topics' belongs to CREATE SINK CONNECTOR: FROM says what is read.")
}

export function checkTolerance(options: Options): void {
  const option = 'errors.deadletterqueue.topic.name'
  if (!options.isGiven(option) || options.text('errors.tolerance') === 'all') return
  throw new OptionError(
    option,
    `The option '${option}' needs errors.tolerance='all': without it, a bad record stops the connector.`,
  )
}

/** The stream or table that FROM names, or, in the form of Connect, the one over the topic that `topics` names. */
function sourceOf(
  statement: Statement,
  given: GivenOptions['given'],
  { catalog: { metastore } }: TopicScope,
): DataSource {
  const { from, location } = statement
  if (from === null) return sourceOver(statement, given, [...metastore.sources.values()])
  const source = metastore.sources.get(from)
  if (source !== undefined) return source
  throw new StatementError(`${from} does not exist.${nameHint(metastore, from)}`, { location })
}

function sourceOver({ location }: Statement, given: GivenOptions['given'], sources: readonly DataSource[]): DataSource {
  const topic = given.get('topics')
  if (topic === undefined) {
    throw new StatementError(
      'WITH does not say what to read. Add "topics"=\'...\', with the topic of a stream or table.',
      {
        location,
      },
    )
  }
  const [found, ...others] = sources.filter((source) => source.topic === topic.text)
  const place = { location: topic.property.location }
  if (found === undefined) {
    throw new StatementError(
      `There is no stream or table over the topic '${topic.text}', which would say what its records are.`,
      place,
    )
  }
  if (others.length === 0) return found
  const names = [found, ...others].map(({ name }) => name)
  throw new StatementError(
    `Several streams and tables are over the topic '${topic.text}': ${names.join(', ')}. Write CREATE SINK ... FROM with one of them.`,
    place,
  )
}

function planSource(
  statement: Statement,
  declaration: Extract<ConnectorDeclaration, { kind: 'SOURCE' }>,
  { values, options }: Omit<GivenOptions, 'given'>,
  { sequence, topics }: TopicScope,
): PlannedConnector {
  checkedOptions(statement, () => declaration.check?.(options))
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
  return { spec, topics: [topicRequest(topic, { partitions })] }
}

/** For messages. */
export const kindName = (kind: ConnectorKind): string => (kind === 'SINK' ? 'Sink' : 'Source')
