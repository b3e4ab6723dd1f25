// The abstract syntax tree: plain data that survives JSON, tagged with `kind`. Identifiers are resolved: a bare one is upper-cased, a
// quoted one exact. Numbers that JavaScript cannot hold exactly are kept as text.

import type { Location } from '../errors.ts'

export type { Location } from '../errors.ts'

export interface Node {
  /** Where the node starts in the text that was parsed; absent on nodes that were made and not parsed. */
  readonly location?: Location
}

// ---- Types -------------------------------------------------------------------------------------------------------------------------

export type BaseTypeName =
  | 'BOOLEAN'
  | 'INTEGER'
  | 'BIGINT'
  | 'DOUBLE'
  | 'STRING'
  | 'BYTES'
  | 'TIME'
  | 'DATE'
  | 'TIMESTAMP'

export interface BaseType extends Node {
  readonly kind: 'baseType'
  readonly name: BaseTypeName
}
export interface DecimalType extends Node {
  readonly kind: 'decimalType'
  readonly precision: number
  readonly scale: number
}
export interface ArrayType extends Node {
  readonly kind: 'arrayType'
  readonly element: TypeNode
}
export interface MapType extends Node {
  readonly kind: 'mapType'
  readonly key: TypeNode
  readonly value: TypeNode
}
export interface StructType extends Node {
  readonly kind: 'structType'
  readonly fields: readonly StructTypeField[]
}
export interface StructTypeField {
  readonly name: string
  readonly type: TypeNode
}
/** The name of a custom type (CREATE TYPE), not looked up yet. */
export interface CustomType extends Node {
  readonly kind: 'customType'
  readonly name: string
}
export type TypeNode = BaseType | DecimalType | ArrayType | MapType | StructType | CustomType

// ---- Expressions -------------------------------------------------------------------------------------------------------------------

export interface NullLiteral extends Node {
  readonly kind: 'nullLiteral'
}
export interface BooleanLiteral extends Node {
  readonly kind: 'booleanLiteral'
  readonly value: boolean
}
/** An INT: fits 32 bits. */
export interface IntegerLiteral extends Node {
  readonly kind: 'integerLiteral'
  readonly value: number
}
/** A BIGINT: fits 64 bits. `text`: digits with an optional leading `-`. */
export interface BigintLiteral extends Node {
  readonly kind: 'bigintLiteral'
  readonly text: string
}
/** A DECIMAL of exactly the digits of `text`: `-`, digits and one `.` at most; never an exponent. */
export interface DecimalLiteral extends Node {
  readonly kind: 'decimalLiteral'
  readonly text: string
}
/** A DOUBLE; always finite. */
export interface DoubleLiteral extends Node {
  readonly kind: 'doubleLiteral'
  readonly value: number
}
export interface StringLiteral extends Node {
  readonly kind: 'stringLiteral'
  readonly value: string
}
export type Literal =
  | NullLiteral
  | BooleanLiteral
  | IntegerLiteral
  | BigintLiteral
  | DecimalLiteral
  | DoubleLiteral
  | StringLiteral

export interface ColumnReference extends Node {
  readonly kind: 'columnReference'
  /** Name or alias of the source; null if it was not given. */
  readonly qualifier: string | null
  readonly name: string
}
/** A parameter of an enclosing lambda. */
export interface LambdaVariable extends Node {
  readonly kind: 'lambdaVariable'
  readonly name: string
}
/** The last two treat NULLs as equal. */
export type ComparisonOperator = '=' | '<>' | '<' | '<=' | '>' | '>=' | 'IS DISTINCT FROM' | 'IS NOT DISTINCT FROM'
export interface Comparison extends Node {
  readonly kind: 'comparison'
  readonly operator: ComparisonOperator
  readonly left: Expression
  readonly right: Expression
}
export interface LogicalBinary extends Node {
  readonly kind: 'logicalBinary'
  readonly operator: 'AND' | 'OR'
  readonly left: Expression
  readonly right: Expression
}
export interface Not extends Node {
  readonly kind: 'not'
  readonly operand: Expression
}
export interface IsNull extends Node {
  readonly kind: 'isNull'
  readonly operand: Expression
}
export interface IsNotNull extends Node {
  readonly kind: 'isNotNull'
  readonly operand: Expression
}
/** Both bounds belong to the range. */
export interface Between extends Node {
  readonly kind: 'between'
  readonly negated: boolean
  readonly operand: Expression
  readonly low: Expression
  readonly high: Expression
}
export interface In extends Node {
  readonly kind: 'in'
  readonly negated: boolean
  readonly operand: Expression
  /** At least one. */
  readonly values: readonly Expression[]
}
export interface Like extends Node {
  readonly kind: 'like'
  readonly negated: boolean
  readonly operand: Expression
  readonly pattern: Expression
  /** Exactly one character; null if there is no ESCAPE. */
  readonly escape: string | null
}
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%'
export interface ArithmeticBinary extends Node {
  readonly kind: 'arithmeticBinary'
  readonly operator: ArithmeticOperator
  readonly left: Expression
  readonly right: Expression
}
export interface ArithmeticUnary extends Node {
  readonly kind: 'arithmeticUnary'
  readonly operator: '+' | '-'
  readonly operand: Expression
}
/** `left || right`. */
export interface Concat extends Node {
  readonly kind: 'concat'
  readonly left: Expression
  readonly right: Expression
}
export interface Cast extends Node {
  readonly kind: 'cast'
  readonly operand: Expression
  readonly type: TypeNode
}
export interface WhenClause {
  readonly condition: Expression
  readonly result: Expression
}
export interface SearchedCase extends Node {
  readonly kind: 'searchedCase'
  /** At least one. */
  readonly whens: readonly WhenClause[]
  readonly otherwise: Expression | null
}
/** `CASE operand WHEN value …`: the dialect parses it and refuses it when it is analysed. */
export interface SimpleCase extends Node {
  readonly kind: 'simpleCase'
  readonly operand: Expression
  readonly whens: readonly WhenClause[]
  readonly otherwise: Expression | null
}
export interface FunctionCall extends Node {
  readonly kind: 'functionCall'
  readonly name: string
  readonly args: readonly Expression[]
  /** True for `f(*)`, which has no `args`. */
  readonly star: boolean
  /** Present for `f(DISTINCT x)`: an aggregate of each value once. */
  readonly distinct?: true
  /** `f(x) FILTER (WHERE condition)`: an aggregate of the rows that match. */
  readonly filter?: Expression
  /** `f(x) OVER (...)`: a result for each row, from the rows around it. */
  readonly over?: Over
}
/** One column of an order. Without `nulls`, NULL is greater than every value, as in SQL's default of most databases. */
export interface SortItem extends Node {
  readonly expression: Expression
  readonly descending: boolean
  readonly nulls: 'FIRST' | 'LAST' | null
}
/** A number of rows, or a time. Null: without end. */
export interface FrameOffset {
  readonly kind: 'preceding' | 'following'
  readonly offset: number | Duration | null
}
export type FrameBound = FrameOffset | { readonly kind: 'currentRow' }
export interface Frame extends Node {
  readonly unit: 'ROWS' | 'RANGE'
  readonly start: FrameBound
  readonly end: FrameBound
}
export interface Over extends Node {
  readonly partitionBy: readonly Expression[]
  readonly orderBy: readonly SortItem[]
  readonly frame: Frame | null
}
/** `(SELECT ...)` as a value: its one row's one column. */
export interface ScalarSubquery extends Node {
  readonly kind: 'scalarSubquery'
  readonly query: QueryExpression
}
export interface Exists extends Node {
  readonly kind: 'exists'
  readonly query: QueryExpression
}
export interface InSubquery extends Node {
  readonly kind: 'inSubquery'
  readonly negated: boolean
  readonly operand: Expression
  readonly query: QueryExpression
}
/** Only as an argument of a function call. In `body` the parameters are `lambdaVariable`s. */
export interface Lambda extends Node {
  readonly kind: 'lambda'
  readonly parameters: readonly string[]
  readonly body: Expression
}
/** `DAYS` and the like, as an argument of a function such as DATEADD. */
export interface IntervalUnit extends Node {
  readonly kind: 'intervalUnit'
  readonly unit: TimeUnit
}
/** `base[index]`, of an array or a map. */
export interface Subscript extends Node {
  readonly kind: 'subscript'
  readonly base: Expression
  readonly index: Expression
}
/** `base->field`, of a struct. */
export interface Dereference extends Node {
  readonly kind: 'dereference'
  readonly base: Expression
  readonly field: string
}
export interface ArrayConstructor extends Node {
  readonly kind: 'arrayConstructor'
  readonly elements: readonly Expression[]
}
export interface MapEntry {
  readonly key: Expression
  readonly value: Expression
}
export interface MapConstructor extends Node {
  readonly kind: 'mapConstructor'
  readonly entries: readonly MapEntry[]
}
export interface StructField {
  readonly name: string
  readonly value: Expression
}
export interface StructConstructor extends Node {
  readonly kind: 'structConstructor'
  readonly fields: readonly StructField[]
}
/** `operand AT TIME ZONE 'zone'`: parsed only. */
export interface AtTimeZone extends Node {
  readonly kind: 'atTimeZone'
  readonly operand: Expression
  readonly zone: string
}
export type Expression =
  | Literal
  | ColumnReference
  | LambdaVariable
  | Comparison
  | LogicalBinary
  | Not
  | IsNull
  | IsNotNull
  | Between
  | In
  | Like
  | ArithmeticBinary
  | ArithmeticUnary
  | Concat
  | Cast
  | SearchedCase
  | SimpleCase
  | FunctionCall
  | Lambda
  | IntervalUnit
  | Subscript
  | Dereference
  | ArrayConstructor
  | MapConstructor
  | StructConstructor
  | AtTimeZone
  | ScalarSubquery
  | Exists
  | InSubquery

// ---- Queries -----------------------------------------------------------------------------------------------------------------------

export type TimeUnit = 'DAYS' | 'HOURS' | 'MINUTES' | 'SECONDS' | 'MILLISECONDS'
export interface Duration {
  readonly value: number
  readonly unit: TimeUnit
}

export interface SingleColumn extends Node {
  readonly kind: 'singleColumn'
  readonly expression: Expression
  readonly alias: string | null
}
/** `*`, or `qualifier.*`. */
export interface AllColumns extends Node {
  readonly kind: 'allColumns'
  readonly qualifier: string | null
}
/** `base->*`. */
export interface StructAll extends Node {
  readonly kind: 'structAll'
  readonly base: Expression
}
export type SelectItem = SingleColumn | AllColumns | StructAll

export interface Source extends Node {
  readonly kind: 'source'
  readonly name: string
  /** Equals `name` if none was given. */
  readonly alias: string
}
/** A row of the right side joins if its time is in `[left - before, left + after]`. */
export interface Within extends Node {
  readonly before: Duration
  readonly after: Duration
  readonly grace: Duration | null
}
/** A SEMI or ANTI join is made of IN and EXISTS, and cannot be written: it keeps the left rows that have a match, or none. */
export type JoinType = 'INNER' | 'LEFT' | 'RIGHT' | 'FULL' | 'SEMI' | 'ANTI'
/** A query in FROM. */
export interface Derived extends Node {
  readonly kind: 'derived'
  readonly query: QueryExpression
  /** Null if none was given. */
  readonly alias: string | null
  /** Present where it was made of a query in an expression: only what was made with it reads its columns. */
  readonly isHidden?: true
}
/** Joins are left-deep, in the order written. */
export interface Join extends Node {
  readonly kind: 'join'
  readonly type: JoinType
  readonly left: Relation
  readonly right: Source | Derived
  readonly within: Within | null
  /** Present for ASOF: of the rows that match, only the nearest one joins. */
  readonly asof?: true
  /** How long the join keeps rows, where WITHIN does not say so. */
  readonly stateTtl?: Duration
  readonly criteria: Expression
}
export type Relation = Source | Derived | Join

interface WindowOptions extends Node {
  /** An optional name before the window's type; it has no effect. */
  readonly name: string | null
  readonly retention: Duration | null
  readonly grace: Duration | null
  /** Present where the time of a record is that of its processing. */
  readonly processingTime?: true
}
export interface TumblingWindow extends WindowOptions {
  readonly kind: 'tumbling'
  readonly size: Duration
}
export interface HoppingWindow extends WindowOptions {
  readonly kind: 'hopping'
  readonly size: Duration
  readonly advance: Duration
}
export interface SessionWindow extends WindowOptions {
  readonly kind: 'session'
  readonly gap: Duration
}
/** Windows of one start that grow by `step` up to `size`. */
export interface CumulateWindow extends WindowOptions {
  readonly kind: 'cumulate'
  readonly size: Duration
  readonly step: Duration
}
export type WindowClause = TumblingWindow | HoppingWindow | CumulateWindow | SessionWindow

/** The expressions of GROUP BY or PARTITION BY; empty for `GROUP BY ()`. */
export interface Grouping extends Node {
  readonly expressions: readonly Expression[]
  /** GROUPING SETS: indexes into `expressions`, which holds each expression once. Absent for a plain GROUP BY. */
  readonly sets?: readonly (readonly number[])[]
  /** Present where the planner groups all rows of a query without GROUP BY by a constant. */
  readonly isAll?: true
}

/** A table of WITH. */
export interface CommonTable extends Node {
  readonly name: string
  /** Names of its columns; empty if none were given. */
  readonly columns: readonly string[]
  readonly query: QueryExpression
}

export type SetOperator = 'UNION' | 'INTERSECT' | 'EXCEPT'
export interface SetOperation extends Node {
  readonly kind: 'setOperation'
  readonly operator: SetOperator
  /** Whether equal rows stay apart. */
  readonly all: boolean
  readonly left: QueryExpression
  readonly right: QueryExpression
}

/** What can stand in parentheses. A set operation with clauses of its own is `SELECT *` from it. */
export type QueryExpression = Query | SetOperation

/** A SELECT. As a statement of its own it is wrapped in a `QueryStatement`. What it does not use of SQL beyond ksqlDB's is absent. */
export interface Query extends Node {
  readonly kind: 'select'
  readonly with?: readonly CommonTable[]
  readonly distinct?: true
  readonly items: readonly SelectItem[]
  readonly from: Relation
  readonly window: WindowClause | null
  readonly where: Expression | null
  readonly groupBy: Grouping | null
  readonly partitionBy: Grouping | null
  readonly having: Expression | null
  /** A condition on the results of OVER. */
  readonly qualify?: Expression
  readonly orderBy?: readonly SortItem[]
  /** How long state is kept, in event time, where nothing else bounds it. */
  readonly stateTtl?: Duration
  readonly emit: 'CHANGES' | 'FINAL' | null
  /** EMIT FINAL TIMEOUT: how long a window may be without records, by the clock, before it closes. */
  readonly emitTimeout?: Duration
  /** Where EMIT stands; absent without it, and on nodes that were made and not parsed. */
  readonly emitLocation?: Location
  readonly limit: number | null
  /** Where the number after LIMIT stands; absent as `emitLocation` is. */
  readonly limitLocation?: Location
  /** Rows that are left out before `limit` counts. */
  readonly offset?: number
}

// ---- Statements --------------------------------------------------------------------------------------------------------------------

export interface StatementNode extends Node {
  /** The statement's exact source text, without the closing semicolon. */
  readonly text: string
}

export type SourceKind = 'STREAM' | 'TABLE'

/** One entry of a WITH clause. `name`: upper-cased where it stands for itself; as written if it was a string literal. */
export interface Property extends Node {
  readonly name: string
  readonly value: Literal
}
export type ColumnRole = 'KEY' | 'PRIMARY KEY' | 'HEADERS' | 'HEADER'
export interface ColumnDefinition extends Node {
  readonly name: string
  readonly type: TypeNode
  /** Null for a value column. */
  readonly role: ColumnRole | null
  /** The header's key if `role` is HEADER, else null. */
  readonly headerKey: string | null
}
export interface CreateSource extends StatementNode {
  readonly kind: 'createSource'
  readonly sourceKind: SourceKind
  readonly name: string
  readonly orReplace: boolean
  readonly ifNotExists: boolean
  /** True for CREATE SOURCE STREAM/TABLE: read-only. */
  readonly isSource: boolean
  /** In the order written; empty if none were given. */
  readonly columns: readonly ColumnDefinition[]
  readonly properties: readonly Property[]
}
export interface CreateAs extends StatementNode {
  readonly kind: 'createAs'
  readonly sourceKind: SourceKind
  readonly name: string
  readonly orReplace: boolean
  readonly ifNotExists: boolean
  readonly properties: readonly Property[]
  readonly query: Query
}
export interface InsertInto extends StatementNode {
  readonly kind: 'insertInto'
  readonly target: string
  /** Where the target's name stands; absent on nodes that were made and not parsed. */
  readonly targetLocation?: Location
  readonly properties: readonly Property[]
  readonly query: Query
}
export interface InsertValues extends StatementNode {
  readonly kind: 'insertValues'
  readonly target: string
  /** Empty if no column list was given. */
  readonly columns: readonly string[]
  /** Where each of `columns` stands; absent on nodes that were made and not parsed. */
  readonly columnLocations?: readonly Location[]
  /** One list of values for each row; at least one. */
  readonly rows: readonly (readonly Expression[])[]
}
export interface QueryStatement extends StatementNode {
  readonly kind: 'query'
  readonly query: Query
}
export interface CreateType extends StatementNode {
  readonly kind: 'createType'
  readonly name: string
  readonly ifNotExists: boolean
  readonly type: TypeNode
}
export interface DropType extends StatementNode {
  readonly kind: 'dropType'
  readonly name: string
  readonly ifExists: boolean
}
export type ConnectorKind = 'SOURCE' | 'SINK'
/** `LAMBDA(INT, INT) => INT`: the type of a parameter that takes a lambda. */
export interface LambdaTypeNode extends Node {
  readonly kind: 'lambdaType'
  readonly parameters: readonly TypeNode[]
  readonly result: TypeNode
}
export interface FunctionParameter extends Node {
  /** As it is written, since the body uses it in that case. */
  readonly name: string
  readonly type: TypeNode | LambdaTypeNode
  readonly isVariadic: boolean
  /** Null: calls must give it. */
  readonly defaultValue: Literal | null
}
export interface ResultColumn extends Node {
  readonly name: string
  /** The name as it is written, by which a body may also give the column. */
  readonly writtenName: string
  readonly type: TypeNode
}
export interface CreateFunction extends StatementNode {
  readonly kind: 'createFunction'
  readonly orReplace: boolean
  readonly isAggregate: boolean
  readonly ifNotExists: boolean
  readonly name: string
  readonly parameters: readonly FunctionParameter[]
  /** The type of the result; for a table function its columns. */
  readonly returns: TypeNode | readonly ResultColumn[]
  /** Null if the statement does not say. */
  readonly language: string | null
  readonly isDeterministic: boolean
  readonly isStrict: boolean
  /** The columns in which an aggregate keeps its state; empty: as JSON. */
  readonly state: readonly ResultColumn[]
  readonly properties: readonly Property[]
  readonly body: string
}
export interface DropFunction extends StatementNode {
  readonly kind: 'dropFunction'
  readonly name: string
  readonly ifExists: boolean
  /** The types of the overload; null for all overloads. */
  readonly parameterTypes: readonly TypeNode[] | null
}
export interface CreateConnector extends StatementNode {
  readonly kind: 'createConnector'
  readonly connectorKind: ConnectorKind
  readonly name: string
  readonly ifNotExists: boolean
  readonly properties: readonly Property[]
}
/** CREATE SINK name FROM source, or CREATE SOURCE name: a connector that this server runs itself. */
export interface CreateBuiltInConnector extends StatementNode {
  readonly kind: 'createBuiltInConnector'
  readonly connectorKind: ConnectorKind
  readonly name: string
  readonly ifNotExists: boolean
  /** The stream or table that a sink reads; null for a source. */
  readonly from: string | null
  readonly properties: readonly Property[]
  /** Absent: the statement names the built-in connector itself. */
  readonly translated?: TranslatedConnector
}
/** What became of the settings of a connector of Kafka Connect that is made of a built-in one; each by its name. */
export interface TranslatedConnector {
  readonly className: string
  /** Settings that cannot be honoured, and why. */
  readonly refused: readonly { readonly name: string; readonly text: string }[]
  readonly notes: readonly { readonly name: string; readonly text: string }[]
  /** What a sink must read for a setting to be honoured. */
  readonly needs: readonly { readonly name: string; readonly kind: SourceKind }[]
}
/** Changes options of a built-in connector while it runs. An option that is set to NULL has its default again. */
export interface AlterConnector extends StatementNode {
  readonly kind: 'alterConnector'
  /** Null: ALTER CONNECTOR, of either kind. */
  readonly connectorKind: ConnectorKind | null
  readonly name: string
  readonly properties: readonly Property[]
}
/** Named values that options of connectors refer to by `${secret:name:key}`. */
export interface CreateSecret extends StatementNode {
  readonly kind: 'createSecret'
  readonly orReplace: boolean
  readonly ifNotExists: boolean
  readonly name: string
  readonly properties: readonly Property[]
}
export interface DropSecret extends StatementNode {
  readonly kind: 'dropSecret'
  readonly name: string
  readonly ifExists: boolean
}
export interface ShowSecrets extends StatementNode {
  readonly kind: 'showSecrets'
}
export interface DropConnector extends StatementNode {
  readonly kind: 'dropConnector'
  readonly name: string
  readonly ifExists: boolean
}
export interface AddedColumn extends Node {
  readonly name: string
  readonly type: TypeNode
}
export interface AlterSource extends StatementNode {
  readonly kind: 'alterSource'
  readonly sourceKind: SourceKind
  readonly name: string
  readonly columns: readonly AddedColumn[]
}
/** ALTER STREAM/TABLE ... AS SELECT: another query for a stream or table, with all that the statement does not name as it is. */
export interface AlterQuery extends StatementNode {
  readonly kind: 'alterQuery'
  readonly sourceKind: SourceKind
  readonly name: string
  readonly properties: readonly Property[]
  readonly query: Query
}
export interface DropSource extends StatementNode {
  readonly kind: 'dropSource'
  readonly sourceKind: SourceKind
  readonly name: string
  readonly ifExists: boolean
  readonly deleteTopic: boolean
}
export interface ShowProperties extends StatementNode {
  readonly kind: 'showProperties'
}
export interface ShowTopics extends StatementNode {
  readonly kind: 'showTopics'
  /** True to list hidden and internal topics too. */
  readonly all: boolean
  readonly extended: boolean
}
export interface ShowStreams extends StatementNode {
  readonly kind: 'showStreams'
  readonly extended: boolean
}
export interface ShowTables extends StatementNode {
  readonly kind: 'showTables'
  readonly extended: boolean
}
export interface ShowQueries extends StatementNode {
  readonly kind: 'showQueries'
  readonly extended: boolean
}
export interface ShowFunctions extends StatementNode {
  readonly kind: 'showFunctions'
}
export interface ShowConnectors extends StatementNode {
  readonly kind: 'showConnectors'
  /** Null for both kinds. */
  readonly connectorKind: ConnectorKind | null
}
export interface ShowConnectorPlugins extends StatementNode {
  readonly kind: 'showConnectorPlugins'
}
export interface ShowTypes extends StatementNode {
  readonly kind: 'showTypes'
}
export interface ShowVariables extends StatementNode {
  readonly kind: 'showVariables'
}
export interface DescribeSource extends StatementNode {
  readonly kind: 'describeSource'
  readonly name: string
  readonly extended: boolean
}
export interface DescribeStreams extends StatementNode {
  readonly kind: 'describeStreams'
  readonly extended: boolean
}
export interface DescribeTables extends StatementNode {
  readonly kind: 'describeTables'
  readonly extended: boolean
}
export interface DescribeFunction extends StatementNode {
  readonly kind: 'describeFunction'
  readonly name: string
}
export interface DescribeConnector extends StatementNode {
  readonly kind: 'describeConnector'
  readonly name: string
}
/** Exactly one of `queryId` (as in `Terminate`) and `statement` is not null. */
export interface Explain extends StatementNode {
  readonly kind: 'explain'
  readonly queryId: string | null
  readonly statement: Statement | null
  /** What the running query `queryId` has done so far, by step. */
  readonly analyze: boolean
}
export interface Print extends StatementNode {
  readonly kind: 'print'
  /** Topic names are case-sensitive: kept as written, even if bare. */
  readonly topic: string
  readonly fromBeginning: boolean
  /** Print every n-th record; null for all. */
  readonly interval: number | null
  readonly limit: number | null
}
/** `queryId`: as written, even if bare (ids of transient queries hold lower case), to be matched in any case; null for ALL. */
export interface Terminate extends StatementNode {
  readonly kind: 'terminate'
  readonly queryId: string | null
}
/** APPLY: the new version of a stream's or table's query may take the place of the running one. */
export interface ApplyVersion extends StatementNode {
  readonly kind: 'applyVersion'
  readonly name: string
}
/** ROLLBACK: the new version is dropped, or the former one takes its place again. */
export interface RollbackVersion extends StatementNode {
  readonly kind: 'rollbackVersion'
  readonly name: string
}
/** `queryId`: as written, even if bare (ids of transient queries hold lower case), to be matched in any case; null for ALL. */
export interface PauseConnector extends StatementNode {
  readonly kind: 'pauseConnector'
  readonly name: string
}
export interface ResumeConnector extends StatementNode {
  readonly kind: 'resumeConnector'
  readonly name: string
}
export interface Pause extends StatementNode {
  readonly kind: 'pause'
  readonly queryId: string | null
}
/** `queryId`: as written, even if bare (ids of transient queries hold lower case), to be matched in any case; null for ALL. */
export interface Resume extends StatementNode {
  readonly kind: 'resume'
  readonly queryId: string | null
}
export interface SetProperty extends StatementNode {
  readonly kind: 'set'
  readonly name: string
  readonly value: string
}
export interface UnsetProperty extends StatementNode {
  readonly kind: 'unset'
  readonly name: string
}
export interface AlterSystem extends StatementNode {
  readonly kind: 'alterSystem'
  readonly name: string
  readonly value: string
}
export interface DefineVariable extends StatementNode {
  readonly kind: 'define'
  readonly name: string
  readonly value: string
}
export interface UndefineVariable extends StatementNode {
  readonly kind: 'undefine'
  readonly name: string
}
export interface AssertTopic extends StatementNode {
  readonly kind: 'assertTopic'
  /** False for ASSERT NOT EXISTS. */
  readonly exists: boolean
  readonly topic: string
  readonly properties: readonly Property[]
  readonly timeout: Duration | null
}
/** At least one of `subject` and `id` should be given; the handler refuses neither. */
export interface AssertSchema extends StatementNode {
  readonly kind: 'assertSchema'
  readonly exists: boolean
  readonly subject: string | null
  readonly id: number | null
  readonly timeout: Duration | null
}
/** Test scripts only. */
export interface AssertSource extends StatementNode {
  readonly kind: 'assertStream' | 'assertTable'
  readonly name: string
  readonly columns: readonly ColumnDefinition[]
  readonly properties: readonly Property[]
}
/** Test scripts only: the next record of `target`'s topic must equal these values. */
export interface AssertValues extends StatementNode {
  readonly kind: 'assertValues'
  readonly target: string
  readonly columns: readonly string[]
  readonly values: readonly Expression[]
}
/** Test scripts only: the next record of `target`'s topic must be a tombstone with this key. */
export interface AssertNullValues extends StatementNode {
  readonly kind: 'assertNullValues'
  readonly target: string
  readonly columns: readonly string[]
  readonly key: readonly Expression[]
}
/**
 * Test scripts only: the rows that a table has, or those of a stream that no assertion has read yet, must be these in any order. None:
 * there must be none.
 */
export interface AssertRows extends StatementNode {
  readonly kind: 'assertRows'
  readonly target: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Expression[])[]
}
/** Test scripts only: the next entry of the processing log must hold this text. */
export interface AssertError extends StatementNode {
  readonly kind: 'assertError'
  readonly part: string
}
/** Test scripts only: sets the clock, to a time or on by a duration. */
export interface AdvanceTime extends StatementNode {
  readonly kind: 'advanceTime'
  readonly by: Duration | null
  /** Epoch milliseconds, or the text of a TIMESTAMP. */
  readonly to: Expression | null
}
/**
 * Test scripts only: the query that a later statement gives `target` does not run; these rows are in its place, for all queries that read
 * it.
 */
export interface Mock extends StatementNode {
  readonly kind: 'mock'
  readonly target: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Expression[])[]
}
/** CLI and test scripts only. */
export interface RunScript extends StatementNode {
  readonly kind: 'runScript'
  readonly file: string
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
