/** What ALTER makes of a built-in connector: options changed and all of them checked, as if it were made again over what it reads. */
import { optionsOf } from '../../connectors/common-options.ts'
import type { ConnectorDeclaration } from '../../connectors/connector.ts'
import { CONNECTORS } from '../../connectors/index.ts'
import { checkOptions, OptionError } from '../../connectors/options.ts'
import { type ConnectorSpec, sinkSource } from '../../connectors/run/connector-spec.ts'
import type { TopicRequest } from '../../plan/topic-request.ts'
import type { AlterConnector } from '../../sql/ast/connector-statements.ts'
import type { Property } from '../../sql/ast/statement-node.ts'
import { literalText } from '../../sql/format.ts'
import { formatStatement } from '../../sql/format-statement.ts'
import type { Catalog } from '../commands/catalog.ts'
import { checkedOptions } from './given-options.ts'
import { checkSecrets, checkTolerance, deadLetterTopics } from './plan-connector.ts'

export interface PlannedAlteration {
  readonly options: ConnectorSpec['options']
  /** The statement that would create the connector as it is then. */
  readonly statement: string
  readonly topics: readonly TopicRequest[]
}

/** Throws StatementError. */
export function planAlteration(
  statement: AlterConnector,
  spec: ConnectorSpec,
  { secrets }: Pick<Catalog, 'secrets'>,
): PlannedAlteration {
  const declaration = CONNECTORS.find(({ kind, name }) => kind === spec.kind && name === spec.connector)
  if (declaration === undefined) throw new Error(`This server has no ${spec.kind} connector ${spec.connector}.`)
  return checkedOptions(statement, () => {
    const values = changed(spec.options, statement, declaration)
    const options = checkOptions(optionsOf(declaration), values)
    checkSecrets(values, secrets)
    if (declaration.kind === 'SINK') {
      declaration.check?.(options, sinkSource(spec))
      checkTolerance(options)
    } else declaration.check?.(options)
    const topics = declaration.kind === 'SINK' ? deadLetterTopics(options, spec.topic) : []
    return { options: values, statement: creating(spec, values), topics }
  })
}

function changed(
  before: ConnectorSpec['options'],
  { properties }: AlterConnector,
  declaration: ConnectorDeclaration,
): ConnectorSpec['options'] {
  const fixed = new Set(optionsOf(declaration).flatMap(({ name, isFixed }) => (isFixed === true ? [name] : [])))
  const values = { ...before }
  for (const { name: given, value } of properties) {
    const name = given.toLowerCase()
    if (name === 'connector' || fixed.has(name)) {
      throw new OptionError(
        name,
        `The option '${name}' cannot be altered: what the connector has done so far depends on it. Drop the connector, and create one with the other value.`,
      )
    }
    if (value.kind === 'nullLiteral') delete values[name]
    else values[name] = literalText(value)
  }
  return values
}

function creating({ kind, name, connector, source }: ConnectorSpec, values: ConnectorSpec['options']): string {
  const given = Object.entries({ connector, ...values })
  const properties = given.map(
    ([option, value]): Property => ({ name: option, value: { kind: 'stringLiteral', value } }),
  )
  const statement = formatStatement({
    kind: 'createBuiltInConnector',
    connectorKind: kind,
    name,
    ifNotExists: false,
    from: source?.name ?? null,
    properties,
    text: '',
  })
  return `${statement};`
}
