/** Shared by the tests of this folder: expressions from text, over rows of columns that are given by name. */

import type { CompileContext } from '../../../src/expressions/compile/compiler.ts'
import { compile } from '../../../src/expressions/compile.ts'
import type { Expression } from '../../../src/expressions/expression.ts'
import { resolveTypeNode } from '../../../src/expressions/type-node.ts'
import { type Scope, typecheck } from '../../../src/expressions/typecheck.ts'
import { untimedBudget } from '../../../src/functions/budget.ts'
import { BUILT_IN_FUNCTIONS } from '../../../src/functions/index.ts'
import { createRegistry } from '../../../src/functions/registry.ts'
import { parseExpression, parseType } from '../../../src/sql/parse.ts'
import { formatType, type SqlType } from '../../../src/types/sql-type.ts'
import type { Row, Value } from '../../../src/types/value.ts'

export const functions = createRegistry(BUILT_IN_FUNCTIONS)

export const context: CompileContext = {
  functions,
  functionContext: { now: () => 0, random: () => 0.5, config: () => undefined, budget: untimedBudget() },
}

export const sqlType = (text: string): SqlType => resolveTypeNode(parseType(text), () => undefined)

/** Names and type texts of columns: `{ A: 'INT' }`; the row has them in this order. */
export type Columns = Readonly<Record<string, string>>

export function scopeOf(columns: Columns): Scope {
  const names = Object.keys(columns)
  return {
    functions,
    lambdasEnabled: true,
    resolveType: () => undefined,
    hasColumn: (name) => names.includes(name),
    resolveColumn: ({ name }) => {
      if (!names.includes(name)) throw new Error(`no column ${name}`)
      return { index: names.indexOf(name), name, type: sqlType(columns[name]!) }
    },
  }
}

export const typed = (text: string, columns: Columns = {}): Expression =>
  typecheck(parseExpression(text), scopeOf(columns))

export const typeOf = (text: string, columns: Columns = {}): string => {
  const { type } = typed(text, columns)
  return type === null ? 'null' : formatType(type)
}

export const evaluate = (text: string, columns: Columns = {}, row: Row = []): Value =>
  compile(typed(text, columns), context)(row)

/** The value as text where it is an object with one, so that decimals compare by their digits. */
export const shown = (value: Value): unknown =>
  typeof value === 'object' && value !== null && 'unscaled' in value ? value.toString() : value

export const messageOf = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    return (error as Error).message
  }
  throw new Error('nothing was thrown')
}
