/**
 * An aggregate in a sandbox. Between calls its state is a SQL value, as the stores of the engine keep it: JSON text, or a struct of the columns
 * that the function declares. Each call gets the state as an object and gives the new one, or nothing where it has changed the object itself.
 */
import { messageOf } from '../../errors.ts'
import type { Value } from '../../types/value.ts'
import type { Budget } from '../budget.ts'
import type { UndoableRuntime } from '../declaration.ts'
import { CallError } from './call-error.ts'
import { type AggregatePart, type CompiledFunction, columnsReader, stateType } from './compiled-function.ts'
import { type RawValue, TAG } from './quickjs.ts'
import type { Reader } from './read-value.ts'
import type { Sandbox, SandboxCaller } from './sandbox.ts'
import type { Vm } from './vm.ts'
import { type Writer, writerOf } from './write-value.ts'

export interface AggregateCallOptions {
  readonly sandbox: Sandbox
  readonly budget: Budget
  /** Values of the parameters that the call leaves out. */
  readonly defaults: readonly Value[]
  readonly caller: SandboxCaller
}

/** How states cross, in one instance. */
interface StateCodec {
  readonly write: Writer
  readonly read: Reader
}

/** The aggregate. `undo` may be used only where the body exports `remove`. */
export function aggregateCalls(options: AggregateCallOptions): UndoableRuntime {
  const { sandbox, defaults, caller } = options
  const { isStrict, hasMerge, name } = sandbox.definition
  const call = stateCalls(options)
  let initial: Value | undefined
  const initialize = (): Value => {
    // States are never changed in place, so that all groups may begin with the same one.
    initial ??= call('init', [], [])
    return initial
  }
  /** A function that fails for want of a state fails for each row of the group, and not the query. */
  const begun = (state: Value): Value => state ?? initialize()
  const update = (part: 'add' | 'remove') => (state: Value, args: readonly Value[]) => {
    if (isStrict && args.includes(null)) return begun(state)
    return call(part, [begun(state)], defaults.length === 0 ? args : [...args, ...defaults])
  }
  return {
    initialize: () => {
      try {
        return initialize()
      } catch {
        // Reported with the first row of the group.
        return null
      }
    },
    add: update('add'),
    undo: update('remove'),
    merge(first, second) {
      if (first === null || second === null) return first ?? second
      try {
        if (!hasMerge) throw new Error(`Function ${name} exports no function merge, which session windows need`)
        return call('merge', [first, second], [])
      } catch (error) {
        caller.log(messageOf(error))
        return first
      }
    },
    result: (state) => call('result', [begun(state)], []),
  }
}

type StateCall = (part: AggregatePart, states: readonly Value[], args: readonly Value[]) => Value

function stateCalls({ sandbox, budget, caller }: AggregateCallOptions): StateCall {
  let codec: StateCodec | null = null
  let codecOf: CompiledFunction | null = null
  return (part, states, args) => {
    const compiled = sandbox.begin(caller)
    const { vm, writers } = compiled
    const { memory } = vm
    if (codec === null || codecOf !== compiled) {
      codec = stateCodec(compiled, sandbox, budget)
      codecOf = compiled
    }
    const count = states.length + args.length
    const at = memory.enter(count + 1)
    // Each slot is freed at the end, whatever has been written by then.
    for (let i = 0; i <= count; i++) memory.writeTag(at + 8 * i, TAG.undefined)
    try {
      for (let i = 0; i < states.length; i++) codec.write(states[i]!, at + 8 * (i + 1))
      for (let i = 0; i < args.length; i++) {
        writers[i < writers.length ? i : writers.length - 1]!.write(args[i]!, at + 8 * (states.length + i + 1))
      }
      vm.call(compiled.parts[part] as RawValue, count, at + 8, at)
      if (part === 'result') return compiled.readResult(at)
      const isInPlace = memory.tagAt(at) === TAG.undefined && states.length > 0
      return codec.read(isInPlace ? at + 8 : at)
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

function stateCodec({ vm }: CompiledFunction, { definition }: Sandbox, budget: Budget): StateCodec {
  if (definition.state.length > 0) {
    return {
      write: writerOf(stateType(definition), vm, definition.decimals),
      read: columnsReader(definition.state, vm, 'the state'),
    }
  }
  return { write: (state, at) => writeJson(state as string, at, vm), read: (at) => readJson(at, vm, budget) }
}

/** Integers of up to nine digits, which are most states of counts and sums, cross as numbers. */
const SHORT_INTEGER = /^-?\d{1,9}$/

function writeJson(json: string, at: number, vm: Vm): void {
  if (SHORT_INTEGER.test(json)) {
    vm.memory.writeNumber(at, Number(json))
    return
  }
  const args = vm.memory.enter(1)
  vm.writeText(args, json)
  try {
    vm.help('fromJson', 1, args, at)
  } finally {
    vm.memory.freeAt(args)
    vm.memory.leave(args)
  }
}

function readJson(at: number, vm: Vm, budget: Budget): string {
  if (vm.memory.tagAt(at) === TAG.int) return String(vm.memory.i32[at >> 2]!)
  const slots = vm.memory.enter(2)
  vm.memory.raw[slots >> 3] = vm.memory.raw[at >> 3]!
  vm.help('toJson', 1, slots, slots + 8)
  try {
    if (!vm.memory.isTextAt(slots + 8)) throw new CallError('the state is undefined or a function')
    const json = vm.readText(vm.memory.raw[(slots + 8) >> 3]!)
    budget.refuseLarger(json.length)
    return json
  } finally {
    vm.memory.freeAt(slots + 8)
    vm.memory.leave(slots)
  }
}
