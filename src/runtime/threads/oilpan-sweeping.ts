/**
 * How V8 sweeps Oilpan, its heap of C++ objects, of which each thread has one. After a collection it sweeps in the background, and meanwhile a
 * task in the thread looks whether that is done, and posts itself again at once where it is not. It is meant for an idle time that Node's event loop does not have: a
 * thread that waits for its broker turns instead, three system calls a turn, until a background thread gets a core. With more
 * threads than cores that was a fifth of all CPU time (docs/performance.md#what-was-tried). Source: V8's `cppgc::internal::Sweeper`
 * (`ScheduleLowPriorityIncrementalSweeping`).
 */
import { setFlagsFromString } from 'node:v8'

/**
 * Threads that start later sweep Oilpan themselves, which holds a few objects of Node's. At this time nothing else reads the flag: what it implies
 * on a command line, where it takes all background threads from the collector, was decided when V8 was loaded. Source: V8's
 * `CppHeap::UpdateGCCapabilitiesFromFlags`.
 */
export function sweepOilpanInThread(): void {
  setFlagsFromString('--single-threaded-gc')
}
