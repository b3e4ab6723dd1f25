// Names, types and expressions back to text, in two styles: SQL that parses to the same AST, and the form that messages and generated
// texts show, which names columns without quotes as ksqlDB does. Each operator is in parentheses, so precedence never matters.

import { assertNever } from '../assert.ts'
import type { Expression, Literal, QueryExpression, WhenClause } from './ast/query.ts'
import type { TypeNode } from './ast/types.ts'
import { formatName, formatString, quoted } from './format-names.ts'
import { printBase, printOver, printQuery } from './format-query.ts'

/** SQL text of an expression. Parsing it gives the same AST, but for places. */
export const formatExpression = (expression: Expression): string => SQL_PRINTER.print(expression)

/** An expression as messages show it, e.g. `(T.ID = 100)`. */
export const displayExpression = (expression: Expression): string => DISPLAY_PRINTER.print(expression)

/** SQL text of a type. Parsing it gives the same AST, but for places. */
export const formatTypeNode = (type: TypeNode): string => printType(type, SQL)

/** SQL text of a query, without a semicolon. Parsing it gives the same AST, but for places. */
export const formatQuery = (query: QueryExpression): string => printQuery(query, formatExpression)

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

/** The text of a literal in a list of texts, such as the options of a connector: that of a string without its quotes. */
export const literalText = (literal: Literal): string =>
  literal.kind === 'stringLiteral' ? literal.value : formatLiteral(literal)

// ---- Expressions -------------------------------------------------------------------------------------------------------------------

/** Prints in one style. */
interface Printer {
  readonly style: Style
  readonly print: (expression: Expression) => string
  /** Separated by commas. */
  readonly list: (expressions: readonly Expression[]) => string
}

type Printers = {
  readonly [Kind in Expression['kind']]: (node: Extract<Expression, { kind: Kind }>, printer: Printer) => string
}

type Binary = Extract<Expression, { readonly operator: string; readonly left: Expression }>

const printBinary = ({ left, operator, right }: Binary, { print }: Printer): string =>
  `(${print(left)} ${operator} ${print(right)})`

const PRINTERS: Printers = {
  nullLiteral: formatLiteral,
  booleanLiteral: formatLiteral,
  integerLiteral: formatLiteral,
  bigintLiteral: formatLiteral,
  decimalLiteral: formatLiteral,
  doubleLiteral: formatLiteral,
  stringLiteral: formatLiteral,
  columnReference: ({ qualifier, name }, { style }) =>
    qualifier === null ? style.name(name) : `${style.name(qualifier)}.${style.name(name)}`,
  lambdaVariable: ({ name }, { style }) => style.name(name),
  intervalUnit: ({ unit }) => unit,
  comparison: printBinary,
  logicalBinary: printBinary,
  arithmeticBinary: printBinary,
  concat: ({ left, right }, { print }) => `(${print(left)} || ${print(right)})`,
  not: ({ operand }, { print }) => `(NOT ${print(operand)})`,
  isNull: ({ operand }, { print }) => `(${print(operand)} IS NULL)`,
  isNotNull: ({ operand }, { print }) => `(${print(operand)} IS NOT NULL)`,
  between: ({ negated, operand, low, high }, { style, print }) =>
    test(negated, style, (not) => `(${print(operand)} ${not}BETWEEN ${print(low)} AND ${print(high)})`),
  in: ({ negated, operand, values }, { style, print, list }) =>
    test(negated, style, (not) => `(${print(operand)} ${not}IN (${list(values)}))`),
  like: ({ negated, operand, pattern, escape: mark }, { style, print }) => {
    const escaped = mark === null ? '' : ` ESCAPE ${formatString(mark)}`
    return test(negated, style, (not) => `(${print(operand)} ${not}LIKE ${print(pattern)}${escaped})`)
  },
  arithmeticUnary: ({ operator, operand }, { print }) => printSigned(operator, print(operand)),
  cast: ({ operand, type }, { style, print }) => `CAST(${print(operand)} AS ${printType(type, style)})`,
  searchedCase: ({ whens, otherwise }, printer) => `(CASE${printWhens(whens, otherwise, printer)} END)`,
  simpleCase: ({ operand, whens, otherwise }, printer) =>
    `(CASE ${printer.print(operand)}${printWhens(whens, otherwise, printer)} END)`,
  functionCall: ({ name, star, args, distinct, filter, over }, { style, print, list }) => {
    const call = `${style.name(name)}(${distinct ? 'DISTINCT ' : ''}${star ? '*' : list(args)})`
    const filtered = filter === undefined ? call : `${call} FILTER (WHERE ${print(filter)})`
    return over === undefined ? filtered : `${filtered} OVER (${printOver(over, print)})`
  },
  lambda: ({ parameters, body }, { style, print }) => printLambda(parameters.map(style.name), print(body)),
  subscript: ({ base, index }, { print }) => `${printBase(base, print)}[${print(index)}]`,
  dereference: ({ base, field }, { style, print }) => `${printBase(base, print)}->${style.name(field)}`,
  arrayConstructor: ({ elements }, { list }) => `ARRAY[${list(elements)}]`,
  mapConstructor: ({ entries }, { print }) =>
    `MAP(${entries.map(({ key, value }) => `${print(key)}:=${print(value)}`).join(', ')})`,
  structConstructor: ({ fields }, { style, print }) =>
    `STRUCT(${fields.map(({ name, value }) => `${style.name(name)}:=${print(value)}`).join(', ')})`,
  scalarSubquery: ({ query }, { print }) => `(${printQuery(query, print)})`,
  exists: ({ query }, { print }) => `EXISTS (${printQuery(query, print)})`,
  inSubquery: ({ negated, operand, query }, { style, print }) =>
    test(negated, style, (not) => `(${print(operand)} ${not}IN (${printQuery(query, print)}))`),
  atTimeZone: ({ operand, zone }, { print }) => `(${printBase(operand, print)} AT TIME ZONE ${formatString(zone)})`,
}

function printerOf(style: Style): Printer {
  const printer: Printer = {
    style,
    // The table is keyed by the node's own kind, which TypeScript cannot follow through an index.
    print: (node) => (PRINTERS[node.kind] as (node: Expression, printer: Printer) => string)(node, printer),
    list: (expressions) => expressions.map(printer.print).join(', '),
  }
  return printer
}

const SQL_PRINTER = printerOf(SQL)
const DISPLAY_PRINTER = printerOf(DISPLAY)

const test = (negated: boolean, style: Style, text: (not: string) => string): string =>
  negated ? style.negated(text) : text('')

function printWhens(whens: readonly WhenClause[], otherwise: Expression | null, { print }: Printer): string {
  const cases = whens.map(({ condition, result }) => ` WHEN ${print(condition)} THEN ${print(result)}`)
  return cases.join('') + (otherwise === null ? '' : ` ELSE ${print(otherwise)}`)
}

const printLambda = (parameters: readonly string[], body: string): string =>
  parameters.length === 1 ? `${parameters[0]} => ${body}` : `(${parameters.join(', ')}) => ${body}`

/** A sign right before digits would become part of the number, and two of them would begin a comment. */
function printSigned(sign: '+' | '-', operand: string): string {
  if (sign === '-' && /^[0-9.]/.test(operand)) return `-(${operand})`
  return /^[+-]/.test(operand) ? `${sign} ${operand}` : `${sign}${operand}`
}
