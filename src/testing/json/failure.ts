/** What the runner itself finds wrong with a case. No case can expect it, unlike the exceptions of the engine under test. */
export class CheckFailure extends Error {
  override readonly name = 'CheckFailure'
}
