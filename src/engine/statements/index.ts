/** The table of statements. Exhaustive: a kind without a handler does not compile. */
import type { Statement } from '../../sql/ast/statement.ts'
import { alterSource } from './alter-source.ts'
import { assertSchema } from './assert-schema.ts'
import { assertTopic } from './assert-topic.ts'
import { alterConnector } from './connectors/alter-connector.ts'
import { pauseConnector, resumeConnector } from './connectors/control-connector.ts'
import { createBuiltInConnector } from './connectors/create-built-in-connector.ts'
import { createConnector } from './connectors/create-connector.ts'
import { describeConnector } from './connectors/describe-connector.ts'
import { dropConnector } from './connectors/drop-connector.ts'
import { createSecret, dropSecret, showSecrets } from './connectors/secrets.ts'
import { showConnectorPlugins, showConnectors } from './connectors/show-connectors.ts'
import { alterQuery, createAs } from './create-as.ts'
import { createSource } from './create-source.ts'
import { createType, dropType, showTypes } from './custom-types.ts'
import { dropSource } from './drop-source.ts'
import { createFunction, describeFunction, dropFunction, showFunctions } from './functions.ts'
import type { Handler } from './handler.ts'
import { createIndex, dropIndex, showIndexes } from './indexes.ts'
import { insertInto } from './insert-into.ts'
import { insertValues } from './insert-values.ts'
import { pause, resume, terminate } from './query-control.ts'
import { applyVersion, rollbackVersion } from './query-versions.ts'
import { define, set, showVariables, undefine, unset } from './session-settings.ts'
import { explain } from './show/explain.ts'
import { showProperties } from './show/show-properties.ts'
import { showQueries } from './show/show-queries.ts'
import { describeSource, describeStreams, describeTables, showStreams, showTables } from './show/show-sources.ts'
import { showTopics } from './show/show-topics.ts'
import { queryEndpointOnly, testOnly, unsupported } from './unsupported.ts'

type Handlers = { readonly [Kind in Statement['kind']]: Handler<Extract<Statement, { kind: Kind }>> }

export const HANDLERS: Handlers = {
  query: queryEndpointOnly,
  print: queryEndpointOnly,
  createSource,
  createAs,
  insertInto,
  insertValues,
  createType,
  dropType,
  alterSource,
  alterQuery,
  applyVersion,
  rollbackVersion,
  dropSource,
  terminate,
  pause,
  resume,
  set,
  unset,
  define,
  undefine,
  showVariables,
  showProperties,
  showTopics,
  showStreams,
  showTables,
  showQueries,
  showFunctions,
  showTypes,
  describeSource,
  describeStreams,
  describeTables,
  describeFunction,
  explain,
  assertTopic,
  createFunction,
  dropFunction,
  createIndex,
  dropIndex,
  showIndexes,
  createConnector,
  createBuiltInConnector,
  pauseConnector,
  resumeConnector,
  alterConnector,
  dropConnector,
  createSecret,
  dropSecret,
  showSecrets,
  showConnectors,
  showConnectorPlugins,
  describeConnector,
  assertSchema,
  alterSystem: unsupported('ALTER SYSTEM is'),
  assertStream: testOnly,
  assertTable: testOnly,
  assertValues: testOnly,
  assertNullValues: testOnly,
  assertRows: testOnly,
  assertError: testOnly,
  advanceTime: testOnly,
  mock: testOnly,
  runScript: testOnly,
}

/** The handler of a statement's kind. The cast relates the two, which the types of a table by kind cannot. */
export const handlerOf = (statement: Statement): Handler<Statement> =>
  HANDLERS[statement.kind] as unknown as Handler<Statement>
