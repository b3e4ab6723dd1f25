/** SELECT and PRINT: the one statement of a request becomes an open stream of rows or lines. */
import { RequestError, StatementError } from '../errors.ts'
import type { QueryStatement } from '../sql/ast/session-statements.ts'
import type { Print } from '../sql/ast/show-statements.ts'
import type { Statement } from '../sql/ast/statement.ts'
import type { LineStream, RowStream } from './api.ts'
import { parseRequest } from './parse-request.ts'
import type { EngineParts } from './parts.ts'
import { openPrint } from './queries/print-topic.ts'
import { openPull } from './queries/run-pull-query.ts'
import { openPush } from './queries/run-push-query.ts'
import { openTablePull } from './queries/run-simple-pull.ts'
import type { QueryRequest } from './requests.ts'
import { makeScope } from './scope.ts'
import { Session } from './session.ts'
import { failingAs } from './statement-runner.ts'
import { topicSnapshot } from './topics.ts'

/** Plans the query; it runs once it is subscribed to. Rejects with a StatementFailure, ParseError or RequestError. */
export async function openQuery(request: QueryRequest, parts: EngineParts): Promise<RowStream | LineStream> {
  const known = parts.pullPlans.find(request, parts.catalog())
  if (known !== null) return openTablePull(known, parts, request)
  const session = Session.open(parts.config, request)
  const statement = onlyQuery(parseRequest(request.sql, session))
  return failingAs(statement, [], async () => {
    const topics = statement.kind === 'print' ? new Map() : await topicSnapshot(parts.broker)
    const scope = makeScope(parts, { session, catalog: parts.catalog(), topics, sequence: 0, schemas: parts.schemas })
    if (statement.kind === 'print') return openPrint(statement, scope)
    return statement.query.emit === null ? openPull(statement, scope, request) : openPush(statement, scope)
  })
}

/** The wording is that of ksqlDB, which clients match on. */
function onlyQuery(statements: readonly Statement[]): QueryStatement | Print {
  if (statements.length !== 1) {
    throw new RequestError('BAD_REQUEST', `Expected exactly one KSQL statement; found ${statements.length} instead`)
  }
  const [statement] = statements as [Statement]
  if (statement.kind === 'query' || statement.kind === 'print') return statement
  throw new StatementError(
    `Statement type \`${statement.kind}\` not supported for this resource. It takes SELECT and PRINT; send others to /ksql.`,
    { statement: statement.text },
  )
}
