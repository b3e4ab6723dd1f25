/** Waiting for what an ASSERT statement expects. */
import { sleep, type Timer } from '../../clock.ts'

const POLL_MS = 50

/** Checks until nothing is wrong or the time is up. Gives what is wrong at the end, or null. */
export async function untilHolds(
  check: () => Promise<string | null>,
  timeoutMs: number,
  timer: Timer,
): Promise<string | null> {
  const end = timer.elapsed() + timeoutMs
  for (;;) {
    const failure = await check()
    if (failure === null || timer.elapsed() >= end) return failure
    await sleep(timer, POLL_MS)
  }
}
