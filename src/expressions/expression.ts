/**
 * Typed expressions: plain JSON, part of plans. typecheck.ts makes them from the AST and a schema; compile.ts makes evaluators of them.
 * Names, types, overloads and implicit casts are resolved here for good: a plan that was stored keeps its meaning over upgrades.
 */
import type { SqlType } from '../types/sql-type.ts'

interface Typed {
  /** Null only for the literal NULL. */
  readonly type: SqlType | null
}

/** A literal as JSON: BIGINT beyond 2^53 and DECIMAL as decimal text, BYTES as base64; otherwise the value itself. */
export interface LiteralExpression extends Typed {
  readonly kind: 'literal'
  readonly value: null | boolean | number | string
}

/** Column `index` of the row the expression is evaluated on; `name` is for messages. */
export interface ColumnExpression extends Typed {
  readonly kind: 'column'
  readonly type: SqlType
  readonly index: number
  readonly name: string
}

export interface ArithmeticExpression extends Typed {
  readonly kind: 'arithmetic'
  readonly type: SqlType
  readonly operator: '+' | '-' | '*' | '/' | '%'
  readonly left: Expression
  readonly right: Expression
}

export interface NegateExpression extends Typed {
  readonly kind: 'negate'
  readonly type: SqlType
  readonly operand: Expression
}

export type ComparisonOperator = '=' | '<>' | '<' | '<=' | '>' | '>=' | 'IS DISTINCT FROM' | 'IS NOT DISTINCT FROM'

export interface ComparisonExpression extends Typed {
  readonly kind: 'comparison'
  readonly operator: ComparisonOperator
  readonly left: Expression
  readonly right: Expression
}

export interface LogicalExpression extends Typed {
  readonly kind: 'logical'
  readonly operator: 'AND' | 'OR'
  readonly left: Expression
  readonly right: Expression
}

export interface NotExpression extends Typed {
  readonly kind: 'not'
  readonly operand: Expression
}

export interface IsNullExpression extends Typed {
  readonly kind: 'isNull'
  readonly negated: boolean
  readonly operand: Expression
}

export interface InExpression extends Typed {
  readonly kind: 'in'
  readonly negated: boolean
  readonly operand: Expression
  readonly list: readonly Expression[]
}

export interface BetweenExpression extends Typed {
  readonly kind: 'between'
  readonly negated: boolean
  readonly operand: Expression
  readonly low: Expression
  readonly high: Expression
}

export interface LikeExpression extends Typed {
  readonly kind: 'like'
  readonly negated: boolean
  readonly operand: Expression
  readonly pattern: Expression
  /** One character, or null. */
  readonly escape: string | null
}

export interface CaseExpression extends Typed {
  readonly kind: 'case'
  readonly whens: readonly { readonly condition: Expression; readonly result: Expression }[]
  readonly otherwise: Expression | null
}

/** `type` is the target. Explicit casts and the implicit ones that resolution decided on. */
export interface CastExpression extends Typed {
  readonly kind: 'cast'
  readonly type: SqlType
  readonly operand: Expression
}

/** A scalar function; arguments already carry their implicit casts. */
export interface CallExpression extends Typed {
  readonly kind: 'call'
  readonly type: SqlType
  readonly name: string
  /** Which variant of the declaration, by its parameter type texts: `STRING, int`. */
  readonly signature: string
  readonly args: readonly Expression[]
}

/** A lambda argument: its parameters live in frame slots that the body's `variable` nodes name. */
export interface LambdaExpression extends Typed {
  readonly kind: 'lambda'
  readonly parameters: readonly { readonly name: string; readonly slot: number; readonly type: SqlType }[]
  readonly body: Expression
}

export interface VariableExpression extends Typed {
  readonly kind: 'variable'
  readonly type: SqlType
  readonly slot: number
  readonly name: string
}

/** A bare window unit argument (`DAYS`), in ms. */
export interface IntervalUnitExpression extends Typed {
  readonly kind: 'intervalUnit'
  readonly unit: string
  readonly ms: number
}

/** `array[i]` or `map[key]`. */
export interface SubscriptExpression extends Typed {
  readonly kind: 'subscript'
  readonly type: SqlType
  readonly base: Expression
  readonly index: Expression
}

/** `struct->field`. */
export interface DereferenceExpression extends Typed {
  readonly kind: 'dereference'
  readonly type: SqlType
  readonly base: Expression
  readonly field: string
  readonly position: number
}

export interface ArrayExpression extends Typed {
  readonly kind: 'array'
  readonly type: SqlType
  readonly elements: readonly Expression[]
}

export interface MapExpression extends Typed {
  readonly kind: 'map'
  readonly type: SqlType
  readonly entries: readonly { readonly key: Expression; readonly value: Expression }[]
}

export interface StructExpression extends Typed {
  readonly kind: 'struct'
  readonly type: SqlType
  readonly fields: readonly Expression[]
}

export type Expression =
  | LiteralExpression
  | ColumnExpression
  | ArithmeticExpression
  | NegateExpression
  | ComparisonExpression
  | LogicalExpression
  | NotExpression
  | IsNullExpression
  | InExpression
  | BetweenExpression
  | LikeExpression
  | CaseExpression
  | CastExpression
  | CallExpression
  | LambdaExpression
  | VariableExpression
  | IntervalUnitExpression
  | SubscriptExpression
  | DereferenceExpression
  | ArrayExpression
  | MapExpression
  | StructExpression
