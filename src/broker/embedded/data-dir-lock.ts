/**
 * One live server per data directory. The file `lock` holds the owner's process id and when that process started (a process id alone
 * comes back: in a container it is often always 1).
 */

import { linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { BrokerError } from '../broker-error.ts'

interface Owner {
  readonly pid: number
  /** Start of the process in the system's own count; null where the system does not tell. */
  readonly startedAt: string | null
}

/** Takes the lock and returns a function that gives it back. `DATA_DIR_LOCKED` if a live process holds it. */
export function lockDataDir(dataDir: string): () => void {
  const path = join(dataDir, 'lock')
  const content = JSON.stringify({ pid: process.pid, startedAt: processStart(process.pid) } satisfies Owner)
  if (!createExclusively(path, content)) {
    removeStaleLock(path, dataDir)
    if (!createExclusively(path, content)) throw lockedBy(dataDir, path, 'another server that is just starting')
  }
  return () => unlinkSync(path)
}

function createExclusively(path: string, content: string): boolean {
  try {
    writeFileSync(path, content, { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Two servers may find the same stale lock: only the one that moved just that file away continues. */
function removeStaleLock(path: string, dataDir: string): void {
  const content = readFileSync(path, 'utf8')
  const owner = parseOwner(content)
  if (owner !== null && isAlive(owner)) throw lockedBy(dataDir, path, `process ${owner.pid}`)
  const aside = `${path}.stale-${process.pid}`
  renameSync(path, aside)
  const isTheStaleOne = readFileSync(aside, 'utf8') === content
  if (!isTheStaleOne) linkSync(aside, path)
  unlinkSync(aside)
  if (!isTheStaleOne) throw lockedBy(dataDir, path, 'another server that is just starting')
}

function parseOwner(content: string): Owner | null {
  try {
    const owner = JSON.parse(content) as Owner
    return Number.isSafeInteger(owner.pid) ? owner : null
  } catch {
    return null
  }
}

function isAlive({ pid, startedAt }: Owner): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  const status = processStatus(pid)
  if (status === null) return true
  return status.state !== ZOMBIE && (startedAt === null || status.startedAt === startedAt)
}

/** The process has ended, but its parent has not waited for it: in a container without an init process no parent ever does. */
const ZOMBIE = 'Z'

const processStart = (pid: number): string | null => processStatus(pid)?.startedAt ?? null

/**
 * Fields 3 and 22 of /proc/PID/stat, `state` and `starttime`; the second field, the name in brackets, may hold spaces. Null where there is
 * no /proc.
 */
function processStatus(pid: number): { readonly state: string; readonly startedAt: string } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0]!, startedAt: fields[19]! }
  } catch {
    return null
  }
}

function lockedBy(dataDir: string, path: string, owner: string): BrokerError {
  const advice = `Stop it, or start this one with another --data-dir. (If no such server runs, remove ${path}.)`
  return new BrokerError('DATA_DIR_LOCKED', `The data directory ${dataDir} is in use by ${owner}. ${advice}`)
}
