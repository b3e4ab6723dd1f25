/** Calls of scalar and table functions in a sandbox. Up to three arguments cross without an array. */
import type { SqlType } from '../../types/sql-type.ts'
import type { Value } from '../../types/value.ts'
import { type Budget, isSized, sizeOf } from '../budget.ts'
import type { Argument, Call, TableRows } from '../declaration.ts'
import { type CompiledFunction, freeArguments, rowType } from './compiled-function.ts'
import { TAG } from './quickjs.ts'
import type { Sandbox, SandboxCaller } from './sandbox.ts'

export interface SandboxCallOptions {
  readonly sandbox: Sandbox
  /** How many arguments the call has. */
  readonly arity: number
  /** Values of the parameters that the call leaves out. */
  readonly defaults: readonly Value[]
  readonly budget: Budget
  readonly caller: SandboxCaller
}

/** The call as a function of its arguments. It throws an Error that names the function. */
export function scalarCall(options: SandboxCallOptions): Call {
  const { sandbox, budget } = options
  const checked = sizeChecker(sandbox.definition.returns!, budget)
  return callWith(options, ({ readResult }, at) => checked(readResult(at)))
}

/** As `scalarCall`, of the rows that a table function gives. */
export function tableCall(options: SandboxCallOptions): (...args: Value[]) => TableRows {
  const { sandbox, budget } = options
  const rows = { kind: 'ARRAY', element: rowType(sandbox.definition) } as const
  const checked = sizeChecker(rows, budget)
  // As many as an array that EXPLODE reads may have.
  const limit = Math.floor(budget.maxBytes / 8)
  const call = callWith(options, ({ readRows }, at) => checked(readRows(at, limit)))
  return call as unknown as (...args: Value[]) => TableRows
}

/** Passes a value on; throws a BudgetError for one that is larger than values may be. */
function sizeChecker(type: SqlType, budget: Budget): (value: Value) => Value {
  if (!isSized(type)) return (value) => value
  const size = sizeOf(type, budget.maxBytes)
  return (value) => {
    budget.refuseLarger(size(value))
    return value
  }
}

/** `read`: from the result in the slot at `at` to a value. */
function callWith(options: SandboxCallOptions, read: (compiled: CompiledFunction, at: number) => Value): Call {
  const { sandbox, arity, defaults, caller } = options
  if (defaults.length > 0 || arity === 0 || arity > 3) return callMany(options, read)
  const last = sandbox.definition.parameters.length - 1
  const [second, third] = [Math.min(1, last), Math.min(2, last)]
  // Most calls have few arguments. Without an array of them, a call with two is a twentieth faster.
  return (a: Argument, b: Argument, c: Argument) => {
    const compiled = sandbox.begin(caller)
    const { vm, writers } = compiled
    const { memory } = vm
    const at = memory.enter(arity + 1)
    let written = 0
    memory.writeTag(at, TAG.undefined)
    try {
      writers[0]!.write(a, at + 8)
      written = 1
      if (arity > 1) {
        writers[second]!.write(b, at + 16)
        written = 2
      }
      if (arity > 2) {
        writers[third]!.write(c, at + 24)
        written = 3
      }
      vm.call(compiled.fn, arity, at + 8, at)
      return read(compiled, at)
    } catch (error) {
      throw sandbox.failed(error, compiled)
    } finally {
      release(compiled, at, written)
      sandbox.end(compiled)
    }
  }
}

const MOST_ARGUMENTS = 1000

/** Calls with any number of arguments, and with defaults. */
function callMany(
  { sandbox, arity, defaults, caller }: SandboxCallOptions,
  read: (compiled: CompiledFunction, at: number) => Value,
): Call {
  const count = arity + defaults.length
  if (count > MOST_ARGUMENTS) {
    throw new Error(`Function ${sandbox.definition.name} is called with more than ${MOST_ARGUMENTS} arguments`)
  }
  return (...args: Argument[]) => {
    const compiled = sandbox.begin(caller)
    const { vm, writers, fn } = compiled
    const { memory } = vm
    let written = 0
    const at = memory.enter(count + 1)
    memory.writeTag(at, TAG.undefined)
    try {
      for (; written < count; written++) {
        const value = written < arity ? args[written]! : defaults[written - arity]!
        writers[Math.min(written, writers.length - 1)]!.write(value, at + 8 * (written + 1))
      }
      vm.call(fn, count, at + 8, at)
      return read(compiled, at)
    } catch (error) {
      throw sandbox.failed(error, compiled)
    } finally {
      release(compiled, at, written)
      sandbox.end(compiled)
    }
  }
}

/** Frees the result at `at` and the arguments behind it. */
function release(compiled: CompiledFunction, at: number, written: number): void {
  const { vm } = compiled
  if (vm.broken !== null) return
  vm.memory.freeAt(at)
  freeArguments(compiled, at + 8, written)
  vm.memory.leave(at)
}
