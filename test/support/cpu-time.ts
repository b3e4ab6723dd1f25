/** Time of the processor that this thread has used, ms. Other load of the machine hardly changes it, so that a test may bound it. */
export function cpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

/** As `cpuMs`, of `work` alone. */
export function cpuTime(work: () => void): number {
  const before = cpuMs()
  work()
  return cpuMs() - before
}
