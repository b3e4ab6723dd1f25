/** Measures things that are compared with each other in short slices by turns, so that whatever else the machine does hits them alike. */
import { cpuMs } from '../../test/support/cpu-time.ts'
import { median } from '../median.ts'

/** Makes calls for a moment and gives their number. */
export type Work = () => number

const SLICES = 41
const SLICE_MS = 10
const WARM_UP_SLICES = 10

/** Calls a second of each work, in millions, and how many times as fast as the last one each of them is: the medians of all slices. */
export interface Compared {
  readonly rates: readonly number[]
  readonly ratios: readonly number[]
}

export function alternate(works: readonly Work[]): Compared {
  for (let slice = 0; slice < WARM_UP_SLICES; slice++) for (const work of works) rateOf(work)
  const slices = Array.from({ length: SLICES }, () => works.map(rateOf))
  return {
    rates: works.map((_, i) => median(slices.map((rates) => rates[i]!))),
    ratios: works.map((_, i) => median(slices.map((rates) => rates[i]! / rates.at(-1)!))),
  }
}

function rateOf(work: Work): number {
  let calls = 0
  let ms = 0
  const startedAt = cpuMs()
  while (ms < SLICE_MS) {
    calls += work()
    ms = cpuMs() - startedAt
  }
  return calls / ms / 1000
}
