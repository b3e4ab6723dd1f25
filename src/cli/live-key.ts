/** Which columns of a push query's rows are their key, so that a row takes the place of the former one with that key. */
import type { Query } from '../sql/ast/query.ts'
import { formatExpression } from '../sql/format.ts'
import { quoteName } from '../types/sql-type.ts'
import type { Session } from './cli-session.ts'
import type { RequestOptions } from './client/client.ts'
import { parsedStatement } from './parsed-statement.ts'

/**
 * Names of the key's columns, for a query over one table or with GROUP BY whose key is among its columns; null: the rows are facts, or their key is
 * not known. Never rejects for want of an answer: the query itself says what is wrong.
 */
export async function liveKey(
  statement: string,
  session: Session,
  options: RequestOptions,
): Promise<readonly string[] | null> {
  const parsed = parsedStatement(statement, session)
  if (parsed?.kind !== 'query' || parsed.query.kind !== 'select' || parsed.query.emit !== 'CHANGES') return null
  const { query } = parsed
  if (query.groupBy !== null) return groupKey(query)
  return query.from.kind === 'source' ? tableKey(query.from.name, session, options) : null
}

/** The columns that GROUP BY names, if all of them are selected; WINDOWSTART, where it is selected, is part of a window's key. */
function groupKey({ items, groupBy, window }: Query): readonly string[] | null {
  const columns = new Map<string, string>()
  for (const item of items) {
    if (item.kind !== 'singleColumn') return null
    const { expression, alias } = item
    const name = alias ?? (expression.kind === 'columnReference' ? expression.name : null)
    if (name !== null) columns.set(formatExpression(expression), name)
  }
  const key = groupBy!.expressions.map((expression) => columns.get(formatExpression(expression)))
  if (key.some((name) => name === undefined)) return null
  return window === null ? (key as string[]) : [...(key as string[]), 'WINDOWSTART']
}

async function tableKey(name: string, { client }: Session, options: RequestOptions): Promise<readonly string[] | null> {
  const entities = await client.execute(`DESCRIBE ${quoteName(name)};`, options).catch(() => [])
  const [entity] = entities
  if (entity?.['@type'] !== 'sourceDescription' || entity.sourceDescription.type !== 'TABLE') return null
  const { fields, windowType } = entity.sourceDescription
  const names = fields.filter(({ type }) => type === 'KEY').map((field) => field.name)
  return windowType === null ? names : [...names, 'WINDOWSTART']
}
