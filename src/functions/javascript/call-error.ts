/** Errors of calls in a sandbox. Their messages name no function: the sandbox puts the name before them. */

/** What the user's code threw, or why it was stopped. */
export class CallError extends Error {
  override readonly name = 'CallError'

  constructor(message: string) {
    super(message)
    // It may be raised for each record, and the stack says nothing about the data.
    delete this.stack
  }
}

/** The instance cannot be used any more. */
export class VmBrokenError extends CallError {}

/** Thrown by the user's code. */
export class ThrownError extends CallError {
  get isSyntaxError(): boolean {
    return this.message.startsWith('SyntaxError')
  }
}

/** What QuickJS throws where its memory has no more room. */
export const OUT_OF_MEMORY = 'out of memory'
