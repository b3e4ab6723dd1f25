/** What a process takes while something runs in it. */
import { cpuSeconds, resetPeakMemory, treeUsage } from '../../compare/process-usage.ts'
import type { PeerRun } from './peer.ts'

/** Measures from the call of `run` to its end; it resolves to whether the work has ended. */
export const measureProcess = (pid: number, run: () => Promise<boolean>): Promise<PeerRun> =>
  measurePeak(pid, async () => {
    const [before, startedAt] = [cpuSeconds(pid), performance.now()]
    const hasEnded = await run()
    return {
      hasEnded,
      cpuSeconds: cpuSeconds(pid) - before,
      wallSeconds: (performance.now() - startedAt) / 1000,
    }
  })

/** Adds the peak of the process's memory to what `run` measures itself. */
export async function measurePeak(pid: number, run: () => Promise<Omit<PeerRun, 'peakMemoryMb'>>): Promise<PeerRun> {
  resetPeakMemory(pid)
  const measured = await run()
  return { ...measured, peakMemoryMb: treeUsage(pid).peakMemoryMb }
}
