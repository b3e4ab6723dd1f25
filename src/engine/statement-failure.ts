/** The failure of one statement of a request, with the answers of the statements before it. */
import type { ErrorCode } from '../errors.ts'
import type { Entity } from './describe/entities.ts'

/** Carries what the body of a statement error shows. */
export class StatementFailure extends Error {
  override readonly name = 'StatementFailure'
  readonly code: ErrorCode
  /** Text of the statement, with values masked where they may be secret. */
  readonly statementText: string
  /** Answers of earlier statements of the request. */
  readonly entities: readonly Entity[]

  constructor(
    message: string,
    {
      code,
      statementText,
      entities,
      cause,
    }: {
      readonly code: ErrorCode
      readonly statementText: string
      readonly entities: readonly Entity[]
      readonly cause: unknown
    },
  ) {
    super(message, { cause })
    this.code = code
    this.statementText = statementText
    this.entities = entities
  }
}
