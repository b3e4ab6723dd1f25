/** How much memory V8 takes before it collects garbage. docs/performance.md has the measurements. */
import { setFlagsFromString } from 'node:v8'

/**
 * Young generation of each worker thread, MB: three times a half space of 2 MB, in which new objects are made. Records die young, so
 * collecting them more often costs little, and the fetched batches that they refer to are freed sooner.
 */
export const YOUNG_GENERATION_MB = 6

/** Growth of a heap beyond the live objects of its last collection, before it is collected again. */
const GROWTH_PERCENT = 30

/** For the whole process, from the next collection on. V8 would let heaps with state double, in each thread. */
export function limitHeapGrowth(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`)
}
