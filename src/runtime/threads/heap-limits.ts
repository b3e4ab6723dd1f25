/** How much memory V8 takes before it collects garbage. docs/performance.md has the measurements. */
import { setFlagsFromString } from 'node:v8'

/**
 * Young generation of each worker thread, MB: three times a half space of 2 MB, in which new objects are made. Records die young, so
 * collecting them more often costs little, and the fetched batches that they refer to are freed sooner.
 */
export const YOUNG_GENERATION_MB = 6

/** Growth of a heap beyond the live objects of its last collection, before it is collected again. */
const GROWTH_PERCENT = 60

/**
 * Old generation up to which a new thread does not collect, MB. Loading its code leaves 13 MB, and V8 would go through them several times
 * on the way there.
 */
const INITIAL_OLD_MB = 20

/**
 * Memory outside of the heap, such as that of batches, counts towards a limit of its own instead of the growth of the heap. It comes and goes in
 * pieces of a MB, so that heaps of 15 MB were collected twenty times a second.
 */
const EXTERNAL_MEMORY = '--external-memory-accounted-in-global-limit'

/**
 * For the whole process: growth from the next collection on, the first size for threads that start later. V8 would let heaps with state
 * double, in each thread.
 */
export function limitHeapGrowth(): void {
  setFlagsFromString(`--initial-old-space-size=${INITIAL_OLD_MB}`)
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`)
  setFlagsFromString(EXTERNAL_MEMORY)
}
