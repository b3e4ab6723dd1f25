/**
 * Counts evaluations that took long. Readers share one: a loop over records ends its turn when the count has changed, so that one slow
 * record does not hold up others by more than its own time.
 */
export class Pace {
  slowEvaluations = 0
}
