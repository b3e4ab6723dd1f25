/** Errors of the client, by what a caller can do about them. */
import type { Entity } from '../engine/describe/entities.ts'

/** Any error of the client. */
export class MillraceError extends Error {
  override readonly name: string = 'MillraceError'
}

/** The server could not be reached, did not answer in time, or ended the connection in the middle of an answer. */
export class ConnectionError extends MillraceError {
  override readonly name = 'ConnectionError'
}

interface ErrorBody {
  readonly message: string
  readonly error_code?: number
  readonly statementText?: string
  readonly entities?: readonly Entity[]
}

/** The server refused a request or a row, or a query failed. The message is the server's: it says what to do. */
export class ServerError extends MillraceError {
  override readonly name = 'ServerError'
  /** HTTP status; null: the error came after the beginning of the answer. */
  readonly status: number | null
  /** `error_code` of the answer (docs/http-api.md#errors); null: the answer was none of Millrace's. */
  readonly code: number | null
  /** The statement at fault; null: the error is not about one. */
  readonly statement: string | null
  /** The answers of the statements before the one at fault, which were carried out. */
  readonly entities: readonly Entity[]

  constructor(body: ErrorBody, status: number | null) {
    super(body.message)
    this.status = status
    this.code = body.error_code ?? null
    this.statement = body.statementText ?? null
    this.entities = body.entities ?? []
  }

  /** Reads the text of an answer with an error status. */
  static fromAnswer(status: number, text: string): ServerError {
    return new ServerError(
      errorBody(text) ?? { message: text.trim() || `The server answered with status ${status}.` },
      status,
    )
  }
}

function errorBody(text: string): ErrorBody | null {
  try {
    const body = JSON.parse(text) as Partial<ErrorBody> | null
    return typeof body?.message === 'string' ? (body as ErrorBody) : null
  } catch {
    return null
  }
}
