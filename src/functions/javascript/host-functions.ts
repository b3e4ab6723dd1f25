/** The functions of the host that the code of an instance may call: its log, its random numbers, and the lambdas that a call hands in. */
import { messageOf } from '../../errors.ts'
import { VmBrokenError } from './call-error.ts'
import { type QuickJsExports, type RawValue, UNDEFINED } from './quickjs.ts'
import type { VmMemory } from './vm-memory.ts'

/** A function of the host as the sandbox calls it: `count` arguments lie at `args`; the result is owned by the caller. */
export type HostFunction = (count: number, args: number) => RawValue

/** What the functions need of their instance. */
export interface HostedVm {
  readonly exports: QuickJsExports
  readonly memory: VmMemory
  withText<Result>(text: string, use: (pointer: number, length: number) => Result): Result
  writeText(at: number, text: string): void
  readText(at: number): string
  unbox(boxed: number): RawValue
}

export interface HostFunctionsOptions {
  readonly random: () => number
  /** Called with each line that the function logs. */
  readonly log: (text: string) => void
}

export class HostFunctions {
  readonly #vm: HostedVm
  readonly #functions: Map<string, HostFunction>

  constructor(vm: HostedVm, { random, log }: HostFunctionsOptions) {
    this.#vm = vm
    this.#functions = new Map<string, HostFunction>([
      ['hostLog', (count, args) => this.#log(count, args, log)],
      ['hostRandom', () => this.#newNumber(random())],
    ])
  }

  /** A function that calls `fn`; it is owned by the caller. */
  newFunction(name: string, fn: HostFunction): RawValue {
    this.#functions.set(name, fn)
    return this.#newFunction(name)
  }

  #newFunction(name: string): RawValue {
    return this.#vm.withText(name, (pointer, length) =>
      this.#vm.unbox(this.#vm.exports.qjs_new_host_function(pointer, length, 0)),
    )
  }

  /** Makes one of the functions global. */
  defineGlobal(name: 'hostLog' | 'hostRandom'): void {
    const { exports, memory } = this.#vm
    const value = this.#newFunction(name)
    const at = memory.enter(1)
    memory.raw[at >> 3] = value
    const global = exports.qjs_get_global()
    this.#vm.withText(`${name}\0`, (pointer) => exports.qjs_set_prop_string(global, pointer, at))
    exports.qjs_free_value(global)
    memory.leave(at)
    memory.refresh()
  }

  /** Called by QuickJS with the place of a function's name, and `count` pointers to arguments at `args`. */
  call(name: number, length: number, count: number, args: number): number {
    const { exports, memory } = this.#vm
    memory.refresh()
    const fn = this.#functions.get(memory.bytes.latin1Slice(name, name + length))!
    const at = memory.enter(1)
    try {
      const pointers = args >> 2
      const values = memory.enter(count)
      for (let i = 0; i < count; i++) memory.copy(memory.i32[pointers + i]!, values + 8 * i)
      memory.raw[at >> 3] = fn(count, values)
      return this.#box(at)
    } catch (error) {
      if (error instanceof VmBrokenError || !(error instanceof Error)) throw error
      // The sandbox sees the error as one of its own.
      this.#vm.writeText(at, messageOf(error))
      exports.qjs_throw(this.#box(at))
      return 0
    } finally {
      memory.leave(at)
    }
  }

  /** Called by QuickJS for an import. */
  refuseImport(): number {
    const { exports, memory } = this.#vm
    const at = memory.enter(1)
    this.#vm.writeText(at, 'a function cannot import: bundle what it needs (millrace functions apply does)')
    exports.qjs_throw(at)
    memory.freeAt(at)
    memory.leave(at)
    return 0
  }

  /** The value at `at` in a box of its own, which QuickJS frees. */
  #box(at: number): number {
    const { exports, memory } = this.#vm
    const box = exports.qjs_new_number(0)
    memory.refresh()
    memory.copy(at, box)
    return box
  }

  #newNumber(value: number): RawValue {
    const { memory } = this.#vm
    const at = memory.enter(1)
    memory.writeNumber(at, value)
    const raw = memory.raw[at >> 3]!
    memory.leave(at)
    return raw
  }

  #log(count: number, args: number, log: HostFunctionsOptions['log']): RawValue {
    const { memory } = this.#vm
    if (count > 0 && memory.isTextAt(args)) log(this.#vm.readText(args))
    return UNDEFINED
  }
}
