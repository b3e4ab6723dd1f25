/** Queries and the expressions in them, which refer to each other. Numbers that JavaScript cannot hold exactly are kept as text. */
import type { Location } from '../../errors.ts'
import type { Node } from './node.ts'
import type { TypeNode } from './types.ts'

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
