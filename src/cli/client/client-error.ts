/** The error of a request that the server refused or that did not reach it. */
import type { Entity } from '../../engine/describe/entities.ts'

export interface ClientErrorDetails {
  /** HTTP status; undefined if there was no answer. */
  readonly status?: number | undefined
  readonly errorCode?: number | undefined
  readonly statementText?: string | undefined
  /** Answers of earlier statements of the request. */
  readonly entities?: readonly Entity[] | undefined
  readonly cause?: unknown
}

/** Its message is for the user. */
export class ClientError extends Error {
  override readonly name = 'ClientError'
  readonly status: number | undefined
  readonly errorCode: number | undefined
  readonly statementText: string | undefined
  readonly entities: readonly Entity[]

  constructor(message: string, details: ClientErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.status = details.status
    this.errorCode = details.errorCode
    this.statementText = details.statementText
    this.entities = details.entities ?? []
  }

  /** Reads a JSON error body; the text of any other body becomes the message. */
  static fromAnswer(status: number, body: string): ClientError {
    try {
      return ClientError.fromBody(JSON.parse(body), status)
    } catch {
      return new ClientError(body.trim() === '' ? `The server answered with status ${status}.` : body, { status })
    }
  }

  static fromBody(body: unknown, status?: number): ClientError {
    const { message, error_code, statementText, entities } = body as {
      message: string
      error_code?: number
      statementText?: string
      entities?: readonly Entity[]
    }
    return new ClientError(message, { status, errorCode: error_code, statementText, entities })
  }
}
