/** Errors as clients see them: HTTP status and JSON body. Source: ksqlDB's KsqlErrorMessage. */
import { BrokerError } from '../broker/broker-error.ts'
import type { StreamEnd } from '../engine/api.ts'
import type { Entity } from '../engine/describe/entities.ts'
import { StatementFailure } from '../engine/statement-failure.ts'
import { ERRORS, type ErrorCode, QueryError, RequestError, StatementError } from '../errors.ts'
import type { Log } from './log.ts'

export interface GenericErrorBody {
  readonly '@type': 'generic_error'
  readonly error_code: number
  readonly message: string
}

export interface StatementErrorBody {
  readonly '@type': 'statement_error'
  readonly error_code: number
  readonly message: string
  readonly statementText: string
  /** Answers of the statements that came before in the request. */
  readonly entities: readonly Entity[]
}

export interface ErrorAnswer {
  readonly status: number
  readonly body: GenericErrorBody | StatementErrorBody
}

/** The answer to a request that failed with `error`; an error of the server's own becomes a 500 without details. */
export function errorAnswer(error: unknown): ErrorAnswer {
  if (error instanceof StatementFailure) return statementAnswer(error, error.statementText, error.entities)
  if (error instanceof StatementError) return statementAnswer(error, error.statement ?? '', [])
  if (error instanceof RequestError) return genericAnswer(error.code, error.message)
  if (error instanceof BrokerError || error instanceof QueryError) return genericAnswer('SERVER_ERROR', error.message)
  return frameworkAnswer(error)
}

/** Codes whose answers carry the text of the statement. */
const ABOUT_STATEMENT: ReadonlySet<ErrorCode> = new Set(['BAD_STATEMENT', 'USE_QUERY_ENDPOINT', 'SERVER_ERROR'])

/** True if the error is the server's or the cluster's, so that it belongs in the operator's log. */
export const isServerFault = (answer: ErrorAnswer): boolean => answer.status === ERRORS.SERVER_ERROR.status

/**
 * Logs a query that ended by a fault of the server after its answer had begun. A QueryError reports a persistent query that has
 * failed, which was logged when it happened, or a record that the user's statement cannot read.
 */
export function logFault(end: StreamEnd, queryId: string, log: Log): void {
  if (end.reason !== 'error' || end.error instanceof QueryError || !isServerFault(errorAnswer(end.error))) return
  log.error({ err: end.error, queryId }, 'query failed')
}

function statementAnswer(
  error: StatementFailure | StatementError,
  statementText: string,
  entities: readonly Entity[],
): ErrorAnswer {
  const { status, errorCode } = ERRORS[error.code]
  const message = error instanceof StatementError ? error.fullMessage : error.message
  if (!ABOUT_STATEMENT.has(error.code)) return genericAnswer(error.code, message)
  return { status, body: { '@type': 'statement_error', error_code: errorCode, message, statementText, entities } }
}

function genericAnswer(code: ErrorCode, message: string): ErrorAnswer {
  const { status, errorCode } = ERRORS[code]
  return { status, body: { '@type': 'generic_error', error_code: errorCode, message } }
}

/** Answers to Fastify's refusals, by their codes; an unknown error is a fault of the server. */
function frameworkAnswer(error: unknown): ErrorAnswer {
  const { code, statusCode, message } = error as { code?: string; statusCode?: number; message?: string }
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return genericAnswer('TOO_LARGE', TOO_LARGE)
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return genericAnswer('BAD_REQUEST', message ?? 'Bad request')
  }
  return genericAnswer('SERVER_ERROR', 'The server failed at this request. Its log has the cause.')
}

const TOO_LARGE =
  'The request is larger than this server takes. Send fewer statements at a time; send rows to /inserts-stream.'
