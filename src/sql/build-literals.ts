// Literals: CST -> AST. Which type a number has follows from how it is written and how large it is.

import type { IToken } from 'chevrotain'
import type { DecimalLiteralCstNode, LiteralCstNode, NumberCstNode } from '../../grammar/generated/cst.d.ts'
import type { Location } from '../errors.ts'
import type { Literal } from './ast/query.ts'
import { nodeLocation, refusal, stringOf } from './build-names.ts'

const MAX_INT = 2n ** 31n - 1n
const MIN_INT = -(2n ** 31n)
const MAX_BIGINT = 2n ** 63n - 1n
const MIN_BIGINT = -(2n ** 63n)

export function buildLiteral(node: LiteralCstNode): Literal {
  const { children } = node
  const location = nodeLocation(node)
  if (children.number) return buildNumber(children.number[0]!)
  if (children.StringValue) return { kind: 'stringLiteral', value: stringOf(children.StringValue[0]!), location }
  if (children.Null) return { kind: 'nullLiteral', location }
  return { kind: 'booleanLiteral', value: children.True !== undefined, location }
}

export function buildNumber(node: NumberCstNode): Literal {
  const { children } = node
  const location = nodeLocation(node)
  const text = (token: IToken) => (children.Minus ? '-' : '') + token.image
  if (children.IntegerValue) return integer(text(children.IntegerValue[0]!), location)
  if (children.DecimalValue)
    return { kind: 'decimalLiteral', text: plainDecimal(text(children.DecimalValue[0]!)), location }
  return double(text(children.FloatValue![0]!), location)
}

/** `DECIMAL '1.5'`. */
export function buildDecimalLiteral(node: DecimalLiteralCstNode): Literal {
  const text = stringOf(node.children.StringValue[0]!)
  const location = nodeLocation(node)
  if (!/^-?(\d+\.?\d*|\.\d+)$/.test(text)) throw invalidNumber(`Invalid numeric literal: ${text}`, location)
  return { kind: 'decimalLiteral', text: plainDecimal(text), location }
}

function integer(text: string, location: Location): Literal {
  const value = BigInt(text)
  if (value >= MIN_INT && value <= MAX_INT) return { kind: 'integerLiteral', value: Number(value), location }
  if (value < MIN_BIGINT || value > MAX_BIGINT) {
    throw invalidNumber(
      `Invalid numeric literal: ${text}. A BIGINT has 64 bits; a DECIMAL has a point: ${text}.0`,
      location,
    )
  }
  return { kind: 'bigintLiteral', text: value.toString(), location }
}

function double(text: string, location: Location): Literal {
  const value = Number(text)
  if (!Number.isFinite(value)) throw invalidNumber(`Number overflows DOUBLE: ${text}`, location)
  return { kind: 'doubleLiteral', value, location }
}

/** Digits on both sides of the point, or no point: `.5` -> `0.5`, `5.` -> `5`. The digits written decide precision and scale. */
function plainDecimal(text: string): string {
  return text.replace(/^(-?)\./, '$10.').replace(/\.$/, '')
}

/** ksqlDB counts this place's column from 2, and its clients' tests have it so. */
function invalidNumber(message: string, location: Location) {
  return refusal(`line ${location.line}:${location.column + 1}: ${message}`, location)
}
