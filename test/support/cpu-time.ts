/** CPU time of this thread in ms that `work` takes. Other load of the machine hardly changes it, so that a test may bound it. */
export function cpuTime(work: () => void): number {
  const before = process.threadCpuUsage()
  work()
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) / 1000
}
