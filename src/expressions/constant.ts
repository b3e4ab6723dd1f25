/** Expressions without columns, evaluated while a statement runs: INSERT VALUES, keys of pull queries. An error fails the statement. */
import { messageOf, StatementError } from '../errors.ts'
import type { Expression as Syntax } from '../sql/ast/query.ts'
import { displayExpression } from '../sql/format.ts'
import { castFunction } from '../types/cast.ts'
import type { Decimal } from '../types/decimal.ts'
import { valueText } from '../types/java-text.ts'
import { type DecimalType, formatType, isNumeric, type SqlType } from '../types/sql-type.ts'
import type { Value } from '../types/value.ts'
import type { CompileContext } from './compile/compiler.ts'
import { compile } from './compile.ts'
import { type Scope, typecheck } from './typecheck.ts'

export interface ConstantContext extends CompileContext {
  /** A custom type (CREATE TYPE). */
  readonly resolveType: Scope['resolveType']
  /** `ksql.lambdas.enabled`; true if absent. */
  readonly lambdasEnabled?: boolean
}

/** `type` is null for a bare NULL. */
export interface Constant {
  readonly type: SqlType | null
  readonly value: Value
}

/**
 * Value and type of `expression`. Throws a StatementError for a column reference (`place` is named in it: `insert value`), for a type
 * error, and for any error of the evaluation.
 */
export function evaluateConstant(expression: Syntax, place: string, context: ConstantContext): Constant {
  const typed = typecheck(expression, constantScope(place, context))
  try {
    return { type: typed.type, value: compile(typed, { ...context, runs: 'once', reportError })([]) }
  } catch (error) {
    throw new StatementError(`Failed to evaluate ${displayExpression(expression)}: ${messageOf(error)}`, {
      location: expression.location,
      cause: error,
    })
  }
}

/** Not even an error in a part of the value is passed over. */
function reportError(message: string, cause?: unknown): never {
  throw new Error(message, { cause })
}

function constantScope(place: string, { functions, resolveType, lambdasEnabled = true }: ConstantContext): Scope {
  return {
    functions,
    resolveType,
    lambdasEnabled,
    hasColumn: () => false,
    resolveColumn: (reference) => {
      throw new StatementError(`Unsupported column reference in ${place}: ${displayExpression(reference)}`, {
        location: reference.location,
      })
    },
  }
}

/**
 * `constant` as a value of a column, by implicit conversion only: INT→BIGINT→DECIMAL→DOUBLE, DECIMAL→DECIMAL without loss, STRING→TIME,
 * DATE, TIMESTAMP, BYTES, and element by element (a struct may have other fields). Throws a StatementError. Source: ksqlDB's DefaultSqlValueCoercer.
 */
export function convertConstant({ type, value }: Constant, column: { name: string; type: SqlType }): Value {
  if (type === null || value === null) return null
  const cast = convertsTo(type, column.type) ? castFunction(type, column.type) : null
  if (cast === null) throw new StatementError(mismatch(type, value, column))
  if (type.kind === 'DECIMAL' && column.type.kind === 'DECIMAL') return fitDecimal(value as Decimal, column.type)
  try {
    return cast(value)
  } catch (error) {
    const message = isNumeric(type) ? messageOf(error) : mismatch(type, value, column)
    throw new StatementError(message, { cause: error })
  }
}

const TIME_FORMATS: ReadonlyMap<SqlType['kind'], string> = new Map([
  ['TIME', 'HH:mm:ss.SSS'],
  ['DATE', 'yyyy-MM-dd'],
  ['TIMESTAMP', "yyyy-MM-dd'T'HH:mm:ss.SSS"],
])

function mismatch(type: SqlType, value: Value, column: { name: string; type: SqlType }): string {
  const format = TIME_FORMATS.get(column.type.kind)
  return (
    `Expected type ${formatType(column.type)} for field ${column.name} but got ${type.kind}(${valueText(type)(value)})` +
    (format === undefined ? '' : `. Required format is: "${format}"`)
  )
}

function fitDecimal(value: Decimal, { precision, scale }: DecimalType): Value {
  const fits = value.scale <= scale || value.rescale(scale, 'DOWN').equals(value)
  if (!fits) {
    throw new StatementError(`Cannot fit decimal '${value}' into DECIMAL(${precision}, ${scale}) without rounding.`)
  }
  const exact = value.rescale(scale, 'UNNECESSARY')
  if (exact.precision() <= precision) return exact
  throw new StatementError(
    `Cannot fit decimal '${value}' into DECIMAL(${precision}, ${scale}) as it would truncate left digits ` +
      `to ${precision - scale}.`,
  )
}

const NUMERIC_ORDER: readonly SqlType['kind'][] = ['INTEGER', 'BIGINT', 'DECIMAL', 'DOUBLE']

function convertsTo(from: SqlType, to: SqlType): boolean {
  if (isNumeric(from) && isNumeric(to)) return NUMERIC_ORDER.indexOf(from.kind) <= NUMERIC_ORDER.indexOf(to.kind)
  switch (from.kind) {
    case 'STRING':
      return to.kind === 'STRING' || to.kind === 'BYTES' || TIME_FORMATS.has(to.kind)
    case 'ARRAY':
      return to.kind === 'ARRAY' && convertsTo(from.element, to.element)
    case 'MAP':
      return to.kind === 'MAP' && convertsTo(from.key, to.key) && convertsTo(from.value, to.value)
    case 'STRUCT':
      return to.kind === 'STRUCT' && from.fields.every(({ name, type }) => fieldConvertsTo(name, type, to.fields))
    default:
      return from.kind === to.kind
  }
}

function fieldConvertsTo(name: string, type: SqlType, targets: readonly { name: string; type: SqlType }[]): boolean {
  const target = targets.find((field) => field.name === name)
  return target === undefined || convertsTo(type, target.type)
}
