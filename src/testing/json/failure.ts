/** What the runner itself finds wrong with a case. No case can expect it, unlike the exceptions of the engine under test. */
export class CheckFailure extends Error {
  override readonly name = 'CheckFailure'
}

/** As CheckFailure, but a case may expect it: the official runner throws it as an exception of the run. */
export class WrongRecordCount extends Error {
  override readonly name = 'WrongRecordCount'
}
