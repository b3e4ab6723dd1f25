/** Records after which a turn of reading ends if a call waits: some 1 ms. Calls that come one upon the other so leave time for reading. */
export const AWAITED_RECORDS = 512

/** What ends a turn of a loop over records early. Readers share one. */
export class Pace {
  /** Counts evaluations that took long, each or together: slow records must not hold up others for long. */
  slowEvaluations = 0
  /** Whether a call waits for the thread, such as a pull query, which it takes between two rounds. */
  readonly isAwaited: () => boolean

  constructor(isAwaited: () => boolean = () => false) {
    this.isAwaited = isAwaited
  }
}
