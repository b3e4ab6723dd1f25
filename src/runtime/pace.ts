/**
 * Counts evaluations that took long, each or together. Readers share one: a loop over records ends its turn when the count has changed, so
 * that slow records do not hold up others for long.
 */
export class Pace {
  slowEvaluations = 0
}
