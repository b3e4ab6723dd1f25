// Names, types and expressions back to text, in two styles: SQL that parses to the same AST, and the form that messages and generated
// texts show, which names columns without quotes as ksqlDB does. Each operator is in parentheses, so precedence never matters.

import { isReservedWord } from '../../grammar/tokens.ts'
import { assertNever } from '../assert.ts'
import type { Duration, Expression, Literal, TypeNode, WhenClause } from './ast.ts'

/** SQL text of an expression. Parsing it gives the same AST, but for places. */
export const formatExpression = (expression: Expression): string => print(expression, SQL)

/** An expression as messages show it, e.g. `(T.ID = 100)`. */
export const displayExpression = (expression: Expression): string => print(expression, DISPLAY)

/** SQL text of a type. Parsing it gives the same AST, but for places. */
export const formatTypeNode = (type: TypeNode): string => printType(type, SQL)

/** SQL text of a string literal. */
export const formatString = (value: string): string => `'${value.replaceAll("'", "''")}'`

/** SQL text of a duration: `10 SECONDS`. */
export const formatDuration = ({ value, unit }: Duration): string => `${value} ${unit}`

/** Words that are names, but at some places something else. */
const AMBIGUOUS_WORDS = new Set([
  'ARRAY',
  'MAP',
  'STRUCT',
  'EMIT',
  'PARTITION',
  'SESSION',
  'IF',
  'COLUMN',
  'TABLES',
  'FUNCTION',
  'DAY',
  'HOUR',
  'MINUTE',
  'SECOND',
])

/** A name as SQL: back-quoted unless a bare one reads the same. */
export function formatName(name: string): string {
  const isBare = /^[A-Z_][A-Z0-9_@]*$/.test(name) && !isReservedWord(name) && !AMBIGUOUS_WORDS.has(name)
  return isBare || isVariable(name) ? name : quoted(name)
}

const quoted = (name: string): string => `\`${name.replaceAll('`', '``')}\``
const isVariable = (name: string): boolean => /^\$\{[A-Za-z_][A-Za-z0-9_@]*\}$/.test(name)

interface Style {
  /** A column, function or field. */
  readonly name: (name: string) => string
  /** A field in the type of a struct. */
  readonly typeField: (name: string) => string
  /** A negated test, of which `test` gives the text with an operator that it is handed. */
  readonly negated: (test: (not: string) => string) => string
}
const SQL: Style = { name: formatName, typeField: formatName, negated: (test) => test('NOT ') }
const DISPLAY: Style = { name: (name) => name, typeField: quoted, negated: (test) => `(NOT ${test('')})` }

// ---- Types -------------------------------------------------------------------------------------------------------------------------

function printType(type: TypeNode, style: Style): string {
  switch (type.kind) {
    case 'baseType':
      return type.name
    case 'decimalType':
      return `DECIMAL(${type.precision}, ${type.scale})`
    case 'arrayType':
      return `ARRAY<${printType(type.element, style)}>`
    case 'mapType':
      return `MAP<${printType(type.key, style)}, ${printType(type.value, style)}>`
    case 'structType':
      return `STRUCT<${type.fields.map((field) => `${style.typeField(field.name)} ${printType(field.type, style)}`).join(', ')}>`
    case 'customType':
      return style.name(type.name)
    default:
      return assertNever(type)
  }
}

// ---- Literals ----------------------------------------------------------------------------------------------------------------------

/** SQL text of a literal. A DECIMAL keeps its digits, a DOUBLE always has an exponent. */
export function formatLiteral(literal: Literal): string {
  switch (literal.kind) {
    case 'nullLiteral':
      return 'null'
    case 'booleanLiteral':
    case 'integerLiteral':
      return String(literal.value)
    case 'bigintLiteral':
      return literal.text
    case 'decimalLiteral':
      return literal.text.includes('.') ? literal.text : `${literal.text}.`
    case 'doubleLiteral':
      return literal.value.toExponential().replace(/e\+?/, 'E')
    case 'stringLiteral':
      return formatString(literal.value)
    default:
      return assertNever(literal)
  }
}

// ---- Expressions -------------------------------------------------------------------------------------------------------------------

function print(node: Expression, style: Style): string {
  const at = (expression: Expression) => print(expression, style)
  const list = (expressions: readonly Expression[]) => expressions.map(at).join(', ')
  switch (node.kind) {
    case 'nullLiteral':
    case 'booleanLiteral':
    case 'integerLiteral':
    case 'bigintLiteral':
    case 'decimalLiteral':
    case 'doubleLiteral':
    case 'stringLiteral':
      return formatLiteral(node)
    case 'columnReference':
      return node.qualifier === null ? style.name(node.name) : `${style.name(node.qualifier)}.${style.name(node.name)}`
    case 'lambdaVariable':
      return style.name(node.name)
    case 'intervalUnit':
      return node.unit
    case 'comparison':
    case 'logicalBinary':
    case 'arithmeticBinary':
      return `(${at(node.left)} ${node.operator} ${at(node.right)})`
    case 'concat':
      return `(${at(node.left)} || ${at(node.right)})`
    case 'not':
      return `(NOT ${at(node.operand)})`
    case 'isNull':
      return `(${at(node.operand)} IS NULL)`
    case 'isNotNull':
      return `(${at(node.operand)} IS NOT NULL)`
    case 'between':
      return test(
        node.negated,
        style,
        (not) => `(${at(node.operand)} ${not}BETWEEN ${at(node.low)} AND ${at(node.high)})`,
      )
    case 'in':
      return test(node.negated, style, (not) => `(${at(node.operand)} ${not}IN (${list(node.values)}))`)
    case 'like': {
      const escaped = node.escape === null ? '' : ` ESCAPE ${formatString(node.escape)}`
      return test(node.negated, style, (not) => `(${at(node.operand)} ${not}LIKE ${at(node.pattern)}${escaped})`)
    }
    case 'arithmeticUnary':
      return printSigned(node.operator, node.operand, style)
    case 'cast':
      return `CAST(${at(node.operand)} AS ${printType(node.type, style)})`
    case 'searchedCase':
      return `(CASE${printWhens(node.whens, node.otherwise, style)} END)`
    case 'simpleCase':
      return `(CASE ${at(node.operand)}${printWhens(node.whens, node.otherwise, style)} END)`
    case 'functionCall':
      return `${style.name(node.name)}(${node.star ? '*' : list(node.args)})`
    case 'lambda':
      return printLambda(node.parameters.map(style.name), at(node.body))
    case 'subscript':
      return `${printBase(node.base, style)}[${at(node.index)}]`
    case 'dereference':
      return `${printBase(node.base, style)}->${style.name(node.field)}`
    case 'arrayConstructor':
      return `ARRAY[${list(node.elements)}]`
    case 'mapConstructor':
      return `MAP(${node.entries.map(({ key, value }) => `${at(key)}:=${at(value)}`).join(', ')})`
    case 'structConstructor':
      return `STRUCT(${node.fields.map(({ name, value }) => `${style.name(name)}:=${at(value)}`).join(', ')})`
    case 'atTimeZone':
      return `(${printBase(node.operand, style)} AT TIME ZONE ${formatString(node.zone)})`
    default:
      return assertNever(node)
  }
}

const test = (negated: boolean, style: Style, text: (not: string) => string): string =>
  negated ? style.negated(text) : text('')

function printWhens(whens: readonly WhenClause[], otherwise: Expression | null, style: Style): string {
  const cases = whens.map(({ condition, result }) => ` WHEN ${print(condition, style)} THEN ${print(result, style)}`)
  return cases.join('') + (otherwise === null ? '' : ` ELSE ${print(otherwise, style)}`)
}

const printLambda = (parameters: readonly string[], body: string): string =>
  parameters.length === 1 ? `${parameters[0]} => ${body}` : `(${parameters.join(', ')}) => ${body}`

/** What a subscript, a field or a zone is taken of: a sign before it would otherwise apply to the result. */
export function printBase(base: Expression, style: Style = SQL): string {
  const text = print(base, style)
  return base.kind === 'arithmeticUnary' ? `(${text})` : text
}

/** A sign right before digits would become part of the number, and two of them would begin a comment. */
function printSigned(sign: '+' | '-', operand: Expression, style: Style): string {
  const text = print(operand, style)
  if (sign === '-' && /^[0-9.]/.test(text)) return `-(${text})`
  return /^[+-]/.test(text) ? `${sign} ${text}` : `${sign}${text}`
}
