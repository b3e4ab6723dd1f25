/**
 * An aggregate in a sandbox. Between calls its state is a SQL value, as the stores of the engine keep it: JSON text, or a struct of the columns
 * that the function declares. Each call gets the state as an object and gives the new one, or nothing where it has changed the object itself.
 */
import { messageOf } from '../../errors.ts'
import type { Value } from '../../types/value.ts'
import type { Budget } from '../budget.ts'
import type { UndoableRuntime } from '../declaration.ts'
import { type AggregatePart, freeArguments } from './compiled-function.ts'
import { type RawValue, TAG } from './quickjs.ts'
import type { Sandbox, SandboxCaller } from './sandbox.ts'
import type { VmMemory } from './vm-memory.ts'

export interface AggregateCallOptions {
  readonly sandbox: Sandbox
  readonly budget: Budget
  /** Values of the parameters that the call leaves out. */
  readonly defaults: readonly Value[]
  readonly caller: SandboxCaller
}

/** The aggregate. `undo` may be used only where the body exports `remove`. */
export function aggregateCalls(options: AggregateCallOptions): UndoableRuntime {
  const { sandbox, caller } = options
  const { hasMerge, name } = sandbox.definition
  const call = stateCalls(options)
  let initial: Value | undefined
  const initialize = (): Value => {
    // Only states that `add` or `remove` has given are changed in place, so that all groups may begin with the same one.
    initial ??= call('init', [])
    return initial
  }
  /** A function that fails for want of a state fails for each row of the group, and not the query. */
  const begun = (state: Value): Value => state ?? initialize()
  return {
    initialize: () => {
      try {
        return initialize()
      } catch {
        // Reported with the first row of the group.
        return null
      }
    },
    add: rowCalls('add', begun, options),
    undo: rowCalls('remove', begun, options),
    merge(first, second) {
      if (first === null || second === null) return first ?? second
      try {
        if (!hasMerge) throw new Error(`Function ${name} exports no function merge, which session windows need`)
        return call('merge', [first, second])
      } catch (error) {
        caller.log(messageOf(error))
        return first
      }
    },
    result: (state) => call('result', [begun(state)]),
  }
}

/** Calls of the parts that take states alone. */
function stateCalls({ sandbox, budget, caller }: AggregateCallOptions) {
  return (part: AggregatePart, states: readonly Value[]): Value => {
    const compiled = sandbox.begin(caller)
    const { vm } = compiled
    const { memory } = vm
    const codec = compiled.states!
    const count = states.length
    const at = memory.enter(count + 1)
    // Each slot is freed at the end, whatever has been written by then.
    for (let i = 0; i <= count; i++) memory.writeTag(at + 8 * i, TAG.undefined)
    try {
      for (let i = 0; i < count; i++) codec.write(states[i]!, at + 8 * (i + 1))
      vm.call(compiled.parts[part] as RawValue, count, at + 8, at)
      if (part === 'result') return compiled.readResult(at)
      return sized(codec.read(count > 0 && isSameOrNothing(at, memory) ? at + 8 : at), budget)
    } catch (error) {
      throw sandbox.failed(error, compiled)
    } finally {
      if (vm.broken === null) {
        for (let i = 0; i <= count; i++) memory.freeAt(at + 8 * i)
        memory.leave(at)
      }
      sandbox.end(compiled)
    }
  }
}

/** Calls of a part that takes the state and a row. `begun`: the state of a group, or that with which groups begin. */
function rowCalls(
  part: 'add' | 'remove',
  begun: (state: Value) => Value,
  { sandbox, budget, defaults, caller }: AggregateCallOptions,
): UndoableRuntime['add'] {
  const { isStrict } = sandbox.definition
  return (given, row) => {
    const before = begun(given)
    if (isStrict && row.includes(null)) return before
    const args = defaults.length === 0 ? row : [...row, ...defaults]
    const compiled = sandbox.begin(caller)
    const { vm, writers } = compiled
    const { memory } = vm
    const states = compiled.states!
    const count = args.length + 1
    const at = memory.enter(count + 1)
    const first = at + 16
    memory.writeTag(at, TAG.undefined)
    memory.writeTag(at + 8, TAG.undefined)
    let written = 0
    try {
      states.take(before, at + 8)
      for (; written < args.length; written++) {
        writers[Math.min(written, writers.length - 1)]!.write(args[written]!, first + 8 * written)
      }
      vm.call(compiled.parts[part] as RawValue, count, at + 8, at)
      return sized(states.give(isSameOrNothing(at, memory) ? at + 8 : at, before), budget)
    } catch (error) {
      throw sandbox.failed(error, compiled)
    } finally {
      if (vm.broken === null) {
        memory.freeAt(at)
        memory.freeAt(at + 8)
        freeArguments(compiled, first, written)
        memory.leave(at)
      }
      sandbox.end(compiled)
    }
  }
}

function sized(state: Value, budget: Budget): Value {
  if (typeof state === 'string') budget.refuseLarger(state.length)
  return state
}

/** Whether a call has given nothing at `at`, or the object behind it, which it was called with. The slot at `at` is empty then. */
function isSameOrNothing(at: number, memory: VmMemory): boolean {
  const tag = memory.tagAt(at)
  if (tag === TAG.undefined) return true
  if (tag !== TAG.object || memory.i32[at >> 2] !== memory.i32[(at + 8) >> 2]) return false
  if (memory.tagAt(at + 8) !== TAG.object) return false
  memory.freeAt(at)
  memory.writeTag(at, TAG.undefined)
  return true
}
