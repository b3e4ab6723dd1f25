/**
 * Any statement. The abstract syntax tree is plain data that survives JSON, tagged with `kind`. Identifiers are resolved: a bare one is upper-cased, a
 * quoted one exact.
 */
import type {
  AlterConnector,
  CreateBuiltInConnector,
  CreateConnector,
  CreateSecret,
  DescribeConnector,
  DropConnector,
  DropSecret,
  PauseConnector,
  ResumeConnector,
  ShowConnectorPlugins,
  ShowConnectors,
  ShowSecrets,
} from './connector-statements.ts'
import type {
  AlterQuery,
  AlterSource,
  CreateAs,
  CreateFunction,
  CreateIndex,
  CreateSource,
  CreateType,
  DropFunction,
  DropIndex,
  DropSource,
  DropType,
  InsertInto,
  InsertValues,
} from './definitions.ts'
import type {
  AlterSystem,
  ApplyVersion,
  DefineVariable,
  Pause,
  QueryStatement,
  Resume,
  RollbackVersion,
  SetProperty,
  Terminate,
  UndefineVariable,
  UnsetProperty,
} from './session-statements.ts'
import type {
  DescribeFunction,
  DescribeSource,
  DescribeStreams,
  DescribeTables,
  Print,
  ShowFunctions,
  ShowIndexes,
  ShowProperties,
  ShowQueries,
  ShowStreams,
  ShowTables,
  ShowTopics,
  ShowTypes,
  ShowVariables,
} from './show-statements.ts'
import type { StatementNode } from './statement-node.ts'
import type {
  AdvanceTime,
  AssertError,
  AssertNullValues,
  AssertRows,
  AssertSchema,
  AssertSource,
  AssertTopic,
  AssertValues,
  Mock,
  RunScript,
} from './test-statements.ts'

/** Exactly one of `queryId` (as in `Terminate`) and `statement` is not null. */
export interface Explain extends StatementNode {
  readonly kind: 'explain'
  readonly queryId: string | null
  readonly statement: Statement | null
  /** What the running query `queryId` has done so far, by step, or how many rows the pull query `statement` looks at. */
  readonly analyze: boolean
}

export type Statement =
  | QueryStatement
  | CreateSource
  | CreateAs
  | InsertInto
  | InsertValues
  | CreateType
  | DropType
  | CreateFunction
  | DropFunction
  | CreateIndex
  | DropIndex
  | CreateConnector
  | CreateBuiltInConnector
  | DropConnector
  | AlterConnector
  | CreateSecret
  | DropSecret
  | ShowSecrets
  | AlterSource
  | AlterQuery
  | ApplyVersion
  | RollbackVersion
  | DropSource
  | ShowProperties
  | ShowTopics
  | ShowStreams
  | ShowTables
  | ShowQueries
  | ShowFunctions
  | ShowConnectors
  | ShowConnectorPlugins
  | ShowTypes
  | ShowIndexes
  | ShowVariables
  | DescribeSource
  | DescribeStreams
  | DescribeTables
  | DescribeFunction
  | DescribeConnector
  | Explain
  | Print
  | Terminate
  | Pause
  | PauseConnector
  | ResumeConnector
  | Resume
  | SetProperty
  | UnsetProperty
  | AlterSystem
  | DefineVariable
  | UndefineVariable
  | AssertTopic
  | AssertSchema
  | AssertSource
  | AssertValues
  | AssertNullValues
  | AssertRows
  | AssertError
  | AdvanceTime
  | Mock
  | RunScript
