/** What a process and all that it started have used, from /proc (Linux). */
import { readFileSync, writeFileSync } from 'node:fs'

export interface Usage {
  readonly cpuSeconds: number
  /** Sum of each process's peak of resident memory. */
  readonly peakMemoryMb: number
}

const TICKS_PER_SECOND = 100

/** Zeros when the process is gone. */
export function treeUsage(pid: number): Usage {
  const each = tree(pid).map((one) => ({ cpuSeconds: cpuSeconds(one), peakMemoryMb: peakMemoryMb(one) }))
  return each.reduce(
    (sum, one) => ({ cpuSeconds: sum.cpuSeconds + one.cpuSeconds, peakMemoryMb: sum.peakMemoryMb + one.peakMemoryMb }),
    { cpuSeconds: 0, peakMemoryMb: 0 },
  )
}

/** Lets the peak of resident memory of a process begin at what it has now (proc(5): clear_refs). */
export function resetPeakMemory(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5')
  } catch {
    // The peak is then that of the process so far.
  }
}

/** CPU seconds that the whole machine has been busy since it started. */
export function machineBusySeconds(): number {
  const [, user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = readFileSync('/proc/stat', 'utf8')
    .split('\n')[0]!
    .split(/ +/)
    .map(Number)
  return (user + nice + system + irq + softirq) / TICKS_PER_SECOND
}

function tree(pid: number): number[] {
  const children = attempt(() => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'), '')
  return [
    pid,
    ...children
      .split(' ')
      .filter(Boolean)
      .flatMap((child) => tree(Number(child))),
  ]
}

export function cpuSeconds(pid: number): number {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8'), '')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS_PER_SECOND
}

function peakMemoryMb(pid: number): number {
  const status = attempt(() => readFileSync(`/proc/${pid}/status`, 'utf8'), '')
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024
}

function attempt(read: () => string, otherwise: string): string {
  try {
    return read()
  } catch {
    return otherwise
  }
}
