/**
 * The sandbox of a function on this thread: an instance that is made when it is first needed and again after it broke, and what it has done.
 * All queries of the thread that use the same version of the function share it.
 */

import { SLOW_MS, type TimeKeeper } from '../budget.ts'
import type { FunctionDefinition } from '../definition.ts'
import { type FunctionUsage, newUsage, TIMED_EVERY } from '../usage.ts'
import { CallError } from './call-error.ts'
import { type CompiledFunction, compileFunction } from './compiled-function.ts'
import type { VmHost, VmLimits } from './vm.ts'

export interface SandboxOptions {
  readonly limits: VmLimits
  readonly host: Omit<VmHost, 'log'>
}

/** After a failed call an instance with more memory than this is given up, since its memory never shrinks. */
const KEPT_BYTES = 16 * 1024 * 1024

/** One call in so many looks for work that promises have left. */
const JOBS_EVERY = 256

/** On whose behalf the function is called. */
export interface SandboxCaller {
  readonly usage: FunctionUsage
  /** Takes what the function logs. */
  readonly log: (text: string) => void
  /** Called after a call that was long enough to look at the clock, for the sake of the other queries of the thread. */
  readonly spent: TimeKeeper['spent']
}

/** A function that cannot be compiled is tried again after so many times the time that this took. */
const RETRY_AFTER = 20

const NOT_TIMED = -1
const NOBODY: SandboxCaller = { usage: newUsage(), log: () => {}, spent: () => {} }

export class Sandbox {
  readonly definition: FunctionDefinition
  /** Whose call runs, or ran last. */
  #caller: SandboxCaller = NOBODY
  readonly #options: SandboxOptions
  #compiled: CompiledFunction | null = null
  #timedFrom = NOT_TIMED
  /** Why the function could not be compiled again, and until when it is not tried. */
  #failure: { readonly error: Error; readonly until: number } | null = null

  constructor(definition: FunctionDefinition, options: SandboxOptions) {
    this.definition = definition
    this.#options = options
  }

  /** Begins a call: the function, ready to be called until `end`. Throws an Error that names the function. */
  begin(caller: SandboxCaller): CompiledFunction {
    const { usage } = caller
    const isTimed = (usage.calls++ & (TIMED_EVERY - 1)) === 0
    const compiled = this.#compiled
    this.#caller = caller
    const opened =
      compiled !== null && compiled.vm.broken === null && (usage.calls & (JOBS_EVERY - 1)) !== 0
        ? compiled
        : this.open()
    opened.vm.timer.begin()
    if (isTimed) this.#timedFrom = this.#options.host.elapsed()
    return opened
  }

  end({ vm }: CompiledFunction): void {
    vm.end()
    const ms = vm.timer.ms
    // Calls that are too short to look at the clock cost nothing here. The others may be slow together.
    if (ms > 0)
      this.#caller.spent(ms, {
        isOver: ms >= SLOW_MS && (vm.timer.isStopped || vm.broken !== null),
        timeoutMs: this.#options.limits.timeoutMs,
      })
    if (this.#timedFrom === NOT_TIMED) return
    this.#caller.usage.timedMs += this.#options.host.elapsed() - this.#timedFrom
    this.#timedFrom = NOT_TIMED
  }

  /** The function in an instance that works. Throws an Error that names the function. */
  open(): CompiledFunction {
    const compiled = this.#compiled
    if (compiled !== null && compiled.vm.broken === null) {
      // What is left over is done here, not on the account of a call.
      try {
        compiled.vm.run(() => compiled.vm.runJobs())
        return compiled
      } catch {
        compiled.vm.broken ??= 'its promises never end'
      }
    }
    this.#discard()
    return this.#compile()
  }

  #discard(): void {
    const size = this.#compiled?.vm.memory.size ?? 0
    this.#compiled = null
    // V8 counts the memory of an instance as small as it was at first, and would collect thousands of large ones too late. A buffer of
    // that size, which is never touched, makes it count.
    if (size > KEPT_BYTES) new ArrayBuffer(size)
  }

  #compile(): CompiledFunction {
    const { limits, host } = this.#options
    if (this.#failure !== null && host.elapsed() < this.#failure.until) throw this.#failure.error
    const startedAt = host.elapsed()
    try {
      this.#compiled = compileFunction(this.definition, {
        limits,
        host: { ...host, log: (text) => this.#caller.log(text) },
      })
      this.#failure = null
      return this.#compiled
    } catch (error) {
      const now = host.elapsed()
      this.#failure = { error: this.failed(error, null), until: now + RETRY_AFTER * (now - startedAt) }
      throw this.#failure.error
    }
  }

  /** The error of a call of the function, which names it. */
  failed(error: unknown, compiled: CompiledFunction | null): Error {
    this.#caller.usage.errors++
    const failure = compiled === null ? error : compiled.vm.failure(error)
    if (compiled !== null && compiled.vm.memory.size > KEPT_BYTES) compiled.vm.broken ??= 'it has grown'
    if (!(failure instanceof CallError)) throw failure
    const { name, version } = this.definition
    return new CallError(`Function ${name} (version ${version}): ${failure.message}`)
  }
}
