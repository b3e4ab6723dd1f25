/** Latencies counted by size, as in a histogram of Prometheus. */

/** Upper bounds of the buckets, ms; a further bucket counts all longer latencies. */
export const LATENCY_BOUNDS_MS: readonly number[] = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 60_000,
]

/** Plain, so that it can cross threads and be added up. */
export interface LatencyCounts {
  /** One count per bound and one more; each excludes the latencies that an earlier one counts. */
  readonly buckets: readonly number[]
  readonly sumMs: number
}

export class LatencyHistogram {
  readonly #buckets: number[] = new Array(LATENCY_BOUNDS_MS.length + 1).fill(0)
  #sumMs = 0

  /** A negative latency, of a record from the future, counts as none. */
  observe(ms: number): void {
    const found = LATENCY_BOUNDS_MS.findIndex((bound) => ms <= bound)
    this.#buckets[found < 0 ? LATENCY_BOUNDS_MS.length : found]!++
    this.#sumMs += Math.max(0, ms)
  }

  get counts(): LatencyCounts {
    return { buckets: [...this.#buckets], sumMs: this.#sumMs }
  }
}

export function addLatencies(parts: readonly LatencyCounts[]): LatencyCounts {
  const buckets = LATENCY_BOUNDS_MS.map(() => 0).concat(0)
  let sumMs = 0
  for (const part of parts) {
    for (let i = 0; i < buckets.length; i++) buckets[i]! += part.buckets[i]!
    sumMs += part.sumMs
  }
  return { buckets, sumMs }
}
