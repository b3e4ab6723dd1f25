// Checks of our own invariants. A failure is a bug of ours, never the user's: the task stops and the log has the stack.

/** Throws an `AssertionFailure` with `message` unless `condition` holds. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionFailure(message)
}

/** Marks a place that no value can reach: it does not compile if a kind was forgotten, and throws if data lied about its type. */
export function assertNever(value: never): never {
  throw new AssertionFailure(`unexpected value: ${JSON.stringify(value)}`)
}

export class AssertionFailure extends Error {
  override readonly name = 'AssertionFailure'
}
