/** The parent's side of `probe.ts`: a process that is started again after it has died. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { ProbeReport, ProbeRequest } from './probe.ts'

const PROGRAM = join(import.meta.dirname, 'probe.ts')
const ANSWER_MS = 60_000

export class Prober {
  #child: ChildProcess | null = null

  /** Rejects if the process dies, or does not answer in time. */
  async ask(request: ProbeRequest): Promise<ProbeReport> {
    const child = (this.#child ??= fork(PROGRAM, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }))
    const done = new AbortController()
    const answer = once(child, 'message', { signal: done.signal }).then(([report]) => report as ProbeReport)
    const death = once(child, 'exit', { signal: done.signal }).then(([code, signal]) => {
      throw new Error(`the process of the server ended (${signal ?? `exit code ${code}`})`)
    })
    const lateness = new Promise<never>((_, reject) => {
      const timer = setTimeout(() => reject(new Error('the server did not settle in time')), ANSWER_MS)
      done.signal.addEventListener('abort', () => clearTimeout(timer))
    })
    child.send(request)
    try {
      return await Promise.race([answer, death, lateness])
    } catch (error) {
      this.close()
      throw error
    } finally {
      answer.catch(() => {})
      death.catch(() => {})
      done.abort()
    }
  }

  close(): void {
    this.#child?.kill('SIGKILL')
    this.#child = null
  }
}
