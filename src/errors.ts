// Errors by who must act on them, and the one table that gives each its HTTP status and wire code.

/**
 * HTTP status and `error_code` of every refusal of the HTTP API; `errorCode` is `status * 100 + detail`.
 * Source: ksqlDB's REST API, error codes.
 */
export const ERRORS = {
  BAD_REQUEST: { status: 400, errorCode: 40000 },
  BAD_STATEMENT: { status: 400, errorCode: 40001 },
  USE_QUERY_ENDPOINT: { status: 400, errorCode: 40002 },
  TOO_MANY_PUSH_QUERIES: { status: 400, errorCode: 40003 },
  HTTP2_ONLY: { status: 400, errorCode: 40004 },
  INTERNAL_ONLY: { status: 400, errorCode: 40005 },
  UNAUTHORIZED: { status: 401, errorCode: 40100 },
  FORBIDDEN: { status: 403, errorCode: 40300 },
  FORBIDDEN_BY_KAFKA: { status: 403, errorCode: 40301 },
  NOT_FOUND: { status: 404, errorCode: 40400 },
  METHOD_NOT_ALLOWED: { status: 405, errorCode: 40500 },
  NOT_ACCEPTABLE: { status: 406, errorCode: 40600 },
  CONFLICT: { status: 409, errorCode: 40900 },
  TOO_LARGE: { status: 413, errorCode: 41300 },
  ASSERTION_FAILED: { status: 417, errorCode: 41700 },
  MISDIRECTED: { status: 421, errorCode: 42100 },
  SCHEMA_REGISTRY_MISSING: { status: 428, errorCode: 42801 },
  RATE_LIMITED: { status: 429, errorCode: 42900 },
  SERVER_ERROR: { status: 500, errorCode: 50000 },
  COMMAND_TIMEOUT: { status: 503, errorCode: 50301 },
  NOT_READY: { status: 503, errorCode: 50302 },
  SHUTTING_DOWN: { status: 503, errorCode: 50303 },
  SHUT_DOWN: { status: 503, errorCode: 50304 },
} as const satisfies Record<string, { readonly status: number; readonly errorCode: number }>

export type ErrorCode = keyof typeof ERRORS

/** A place in SQL text; both numbers count from 1. */
export interface Location {
  readonly line: number
  readonly column: number
}

/**
 * ksqlDB's and Kafka's exception classes that a client or a conformance case can name, each with the class it extends.
 * An error here carries one of them as a tag, so that "is it a X" has the peer's answer.
 */
const PEER_PARENTS = {
  'io.confluent.ksql.util.KsqlException': null,
  'io.confluent.ksql.util.KsqlStatementException': 'io.confluent.ksql.util.KsqlException',
  'io.confluent.ksql.parser.exception.ParseFailedException': 'io.confluent.ksql.util.KsqlStatementException',
  'io.confluent.ksql.function.KsqlFunctionException': 'io.confluent.ksql.util.KsqlException',
  'org.apache.kafka.common.KafkaException': null,
  'org.apache.kafka.streams.errors.StreamsException': 'org.apache.kafka.common.KafkaException',
} as const satisfies Record<string, string | null>

export type PeerClass = keyof typeof PEER_PARENTS

/** True if `peerClass` is the class called `name` (with its package) or extends it. */
export function isPeerClass(peerClass: PeerClass, name: string): boolean {
  let current: PeerClass | null = peerClass
  while (current !== null) {
    if (current === name) return true
    current = PEER_PARENTS[current]
  }
  return false
}

export interface StatementErrorOptions {
  readonly code?: ErrorCode | undefined
  readonly location?: Location | undefined
  /** What to write instead, to be shown beside the place. */
  readonly hint?: string | undefined
  /** Source text of the statement at fault. */
  readonly statement?: string | undefined
  /** The statement with a mark under the place: shown instead of the bare statement. */
  readonly excerpt?: string | undefined
  readonly cause?: unknown
  readonly peerClass?: PeerClass | undefined
}

/**
 * A statement that the user must change: unknown names, wrong types, a refused combination. The message ends with what to do or
 * what exists. `statement` may be filled in later by the caller that knows the text (see `inStatement`).
 */
export class StatementError extends Error {
  override readonly name: string = 'StatementError'
  readonly code: ErrorCode
  readonly location: Location | undefined
  readonly hint: string | undefined
  readonly statement: string | undefined
  readonly excerpt: string | undefined
  readonly peerClass: PeerClass

  constructor(message: string, options: StatementErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = options.code ?? 'BAD_STATEMENT'
    this.location = options.location
    this.hint = options.hint
    this.statement = options.statement
    this.excerpt = options.excerpt
    this.peerClass = options.peerClass ?? 'io.confluent.ksql.util.KsqlStatementException'
  }

  /** The message and, where the statement is known, a line `Statement: ` with its text and its mark. It may show user data. */
  get fullMessage(): string {
    if (this.excerpt !== undefined) return `${this.message}\n${this.excerpt}`
    return this.statement === undefined ? this.message : `${this.message}\nStatement: ${this.statement}`
  }

  /** This error with a place; the same error if it has one already. */
  at(location: Location | undefined): StatementError {
    return this.location !== undefined || location === undefined ? this : this.with({ location })
  }

  /** This error with the statement's text; the same error if it has one already. */
  inStatement(statement: string, excerpt?: string): StatementError {
    return this.statement === undefined ? this.with({ statement, excerpt: excerpt ?? this.excerpt }) : this
  }

  /** A copy in other words, caused by this error. */
  reworded(message: string): StatementError {
    return new StatementError(message, this.optionsWith({ cause: this }))
  }

  /** A copy with other options. */
  protected with(options: StatementErrorOptions): StatementError {
    return new StatementError(this.message, this.optionsWith(options))
  }

  protected optionsWith(options: StatementErrorOptions): StatementErrorOptions {
    const { code, location, hint, statement, excerpt, cause, peerClass } = this
    return { code, location, hint, statement, excerpt, cause, peerClass, ...options }
  }
}

/**
 * Text that is not a statement of the dialect, or that the peer refuses while it parses. Clients should be shown `fullMessage`: it has
 * the statement and the place.
 */
export class ParseError extends StatementError {
  override readonly name = 'ParseError'

  constructor(message: string, options: StatementErrorOptions = {}) {
    super(message, { peerClass: 'io.confluent.ksql.parser.exception.ParseFailedException', ...options })
  }

  protected override with(options: StatementErrorOptions): ParseError {
    return new ParseError(this.message, this.optionsWith(options))
  }
}

/** Runs `work`; a StatementError without a place gets `location`, which should be that of the smallest node known to be at fault. */
export function placing<Result>(location: Location | undefined, work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    throw error instanceof StatementError ? error.at(location) : error
  }
}

/** The text of something thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Whether the file system reports a full disk, or a quota that is used up. */
export const isDiskFull = (error: unknown): boolean =>
  error instanceof Error && ['ENOSPC', 'EDQUOT'].includes(String((error as NodeJS.ErrnoException).code))

/** Why a query stopped, as SHOW QUERIES reports it. `type` says who must act: its input's owner, the cluster's, or we. */
export class QueryError extends Error {
  override readonly name = 'QueryError'
  readonly queryId: string
  readonly type: 'USER' | 'SYSTEM' | 'UNKNOWN'
  readonly peerClass: PeerClass = 'org.apache.kafka.streams.errors.StreamsException'

  constructor(
    message: string,
    {
      queryId,
      type,
      cause,
    }: { readonly queryId: string; readonly type: 'USER' | 'SYSTEM' | 'UNKNOWN'; readonly cause?: unknown },
  ) {
    super(message, cause === undefined ? undefined : { cause })
    this.queryId = queryId
    this.type = type
  }
}

/** A refused request to the HTTP API that is not about a statement's text. */
export class RequestError extends Error {
  override readonly name = 'RequestError'
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, { cause }: { readonly cause?: unknown } = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}
