/** A request that the server has refused, or that has not reached it. */

/** The body of a refusal. See docs/http-api.md#errors. */
export interface ErrorBody {
  readonly '@type'?: string
  readonly error_code: number
  readonly message: string
  readonly statementText?: string
}

export class ServerError extends Error {
  override readonly name = 'ServerError'
  /** 0: the server could not be reached. */
  readonly status: number
  readonly body: ErrorBody

  constructor(status: number, body: ErrorBody, options?: ErrorOptions) {
    super(body.message, options)
    this.status = status
    this.body = body
  }

  /** A failure to reach the server at all. */
  static unreachable(cause: unknown): ServerError {
    const message = 'The server does not answer. It may be restarting; this page tries again by itself.'
    return new ServerError(0, { error_code: 0, message }, { cause })
  }

  /** From an answer whose status says that it is a refusal. */
  static async from(response: Response): Promise<ServerError> {
    const text = await response.text().catch(() => '')
    return new ServerError(response.status, readBody(text) ?? { error_code: response.status * 100, message: text })
  }
}

function readBody(text: string): ErrorBody | null {
  try {
    const body = JSON.parse(text) as Partial<ErrorBody>
    return typeof body.message === 'string' ? (body as ErrorBody) : null
  } catch {
    return null
  }
}

/** What to show of anything that was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
