/** The function of a definition in one instance: its parts as raw values, and the writers and readers of its types. */
import { type SqlType, STRING, struct } from '../../types/sql-type.ts'
import type { Value } from '../../types/value.ts'
import type { Lambda } from '../declaration.ts'
import { type FunctionColumn, type FunctionDefinition, isLambdaType, type LambdaType } from '../definition.ts'
import { CallError, ThrownError } from './call-error.ts'
import { KeptRows } from './kept-rows.ts'
import { KeptTexts } from './kept-texts.ts'
import { AGGREGATE_PARTS } from './prelude/prelude.ts'
import { type RawValue, TAG } from './quickjs.ts'
import { type Reader, readArray } from './read-in-place.ts'
import { nameOf, readerOf, structReader } from './read-value.ts'
import type { StateCodec } from './state-codec.ts'
import { Vm, type VmOptions } from './vm.ts'
import { writerOf } from './write-value.ts'

export type AggregatePart = (typeof AGGREGATE_PARTS)[number]

export interface CompiledFunction {
  readonly vm: Vm
  /** The function itself, where it is a scalar or table function. */
  readonly fn: RawValue
  /** The parts of an aggregate function; absent: the body does not export it. */
  readonly parts: Partial<Readonly<Record<AggregatePart, RawValue>>>
  /** The states of an aggregate function, shared by all that call it; null: the function is none. */
  readonly states: StateCodec | null
  /** Per parameter; that of a variadic one is for each of its values. */
  readonly writers: readonly ArgumentWriter[]
  readonly readResult: Reader
  /** The rows that a table function gave, at most `limit`. */
  readonly readRows: (at: number, limit: number) => Value[]
}

export interface ArgumentWriter {
  readonly write: (value: Value | Lambda, at: number) => void
  /** Whether what was written must be freed after the call. */
  readonly isOwned: boolean
}

/** Time to compile a body and to run what stands outside of its functions, ms. */
const COMPILE_MS = 1000

/** The name under which the body stands in the places of errors. */
const FILE = 'body.js'

/** Makes an instance and compiles the body in it. Throws a CallError for a body that is not a function of its kind. */
export function compileFunction(
  definition: FunctionDefinition,
  options: Omit<VmOptions, 'isDeterministic'>,
): CompiledFunction {
  const vm = new Vm({ ...options, isDeterministic: definition.isDeterministic })
  return vm.run(
    () => {
      const parts = compileBody(definition, vm)
      const isAggregate = definition.kind === 'AGGREGATE'
      return {
        vm,
        fn: parts[0]!,
        parts: isAggregate ? aggregateParts(parts) : {},
        states: isAggregate ? stateCodec(definition, vm) : null,
        writers: definition.parameters.map(({ type }, i) => argumentWriter(type, i, definition, vm)),
        readResult: readerOf(definition.returns ?? rowType(definition), vm, 'the result'),
        readRows: rowsReader(definition, vm),
      }
    },
    Math.max(COMPILE_MS, options.limits.timeoutMs),
  )
}

/** The type of the rows of a table function: that of its column, or a struct of several. */
export const rowType = ({ columns }: FunctionDefinition): SqlType =>
  columns.length === 1 ? columns[0]!.type : struct(columns.map(({ name, type }) => ({ name, type })))

/** The type in which stores keep the state of an aggregate: JSON text, or a struct of the declared columns. */
export const stateType = ({ state }: FunctionDefinition): SqlType =>
  state.length === 0 ? STRING : struct(state.map(({ writtenName, type }) => ({ name: writtenName, type })))

// ---- The body ----------------------------------------------------------------------------------------------------------------------

/** The functions of a body, in the order in which the helper `pick` gives them. */
function compileBody(definition: FunctionDefinition, vm: Vm): readonly RawValue[] {
  const { kind, body } = definition
  const isModule = /^\s*export\b/m.test(body)
  if (isModule) return pick(vm.evaluateModule(body, FILE), definition, vm)
  if (kind === 'AGGREGATE') {
    throw new CallError(
      'an aggregate exports its parts: export function init() ..., add(state, ...) ..., result(state) ...',
    )
  }
  return [functionOf(definition, vm)]
}

/**
 * A body is a function, an expression of the parameters, or statements. Which it is shows in its text: nothing of the user's runs while it is
 * compiled.
 */
function functionOf({ kind, parameters, body }: FunctionDefinition, vm: Vm): RawValue {
  if (isFunctionText(body)) return vm.evaluate(`"use strict";(${body}\n)`, FILE)
  const list = parameterList(parameters)
  try {
    return vm.evaluate(`"use strict";(function (${list}) {return (${body}\n)})`, FILE)
  } catch (error) {
    if (!(error instanceof ThrownError && error.isSyntaxError)) throw error
    const star = kind === 'TABLE' ? '*' : ''
    return vm.evaluate(`"use strict";(function${star} (${list}) {${body}\n})`, FILE)
  }
}

/** Whether the body is a function expression: `function ...`, `x => ...` or `(x, y = f(1)) => ...`, after comments. */
const isFunctionText = (body: string): boolean =>
  /^(?:async\s+)?(?:function\b|(?:[A-Za-z_$][\w$]*|\((?:[^()]|\([^()]*\))*\))\s*=>)/.test(
    body.replace(/^(?:\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)+/, ''),
  )

const parameterList = (parameters: FunctionDefinition['parameters']): string =>
  parameters.map(({ name, isVariadic }) => (isVariadic ? `...${name}` : name)).join(', ')

function pick(namespace: RawValue, { kind }: FunctionDefinition, vm: Vm): readonly RawValue[] {
  const slots = vm.memory.enter(4)
  vm.writeText(slots, kind)
  vm.store(slots + 8, namespace)
  vm.help('pick', 2, slots, slots + 16)
  const list = vm.memory.raw[(slots + 16) >> 3]!
  const parts: RawValue[] = []
  for (let i = 0; i < (kind === 'AGGREGATE' ? AGGREGATE_PARTS.length : 1); i++) {
    vm.store(slots + 24, vm.exports.JS_GetPropertyUint32(vm.context, list, i))
    parts.push(vm.memory.raw[(slots + 24) >> 3]!)
  }
  vm.memory.leave(slots)
  return parts
}

function aggregateParts(values: readonly RawValue[]): CompiledFunction['parts'] {
  const parts: Partial<Record<AggregatePart, RawValue>> = {}
  AGGREGATE_PARTS.forEach((name, i) => {
    if (values[i]! >> 32n !== BigInt(TAG.undefined)) parts[name] = values[i]!
  })
  for (const name of ['init', 'add', 'result'] as const) {
    if (parts[name] === undefined) throw new CallError(`an aggregate exports a function ${name}`)
  }
  return parts
}

// ---- Arguments ---------------------------------------------------------------------------------------------------------------------

function argumentWriter(
  type: SqlType | LambdaType,
  index: number,
  { decimals }: FunctionDefinition,
  vm: Vm,
): ArgumentWriter {
  if (isLambdaType(type)) return lambdaWriter(type, index, decimals, vm)
  return { write: writerOf(type, vm, decimals) as ArgumentWriter['write'], isOwned: !UNCOUNTED.has(type.kind) }
}

/** Types whose values are never references. */
const UNCOUNTED: ReadonlySet<SqlType['kind']> = new Set(['BOOLEAN', 'INTEGER', 'DOUBLE', 'DATE', 'TIME', 'TIMESTAMP'])

/** Frees so many arguments, of which the first lies at `at`. */
export function freeArguments({ vm, writers }: CompiledFunction, at: number, count: number): void {
  for (let i = 0; i < count; i++) {
    if (writers[Math.min(i, writers.length - 1)]!.isOwned) vm.memory.freeAt(at + 8 * i)
  }
}

/** One function of the sandbox stands for all lambdas that are handed in at this place; it calls the present one. */
function lambdaWriter(
  type: LambdaType,
  index: number,
  decimals: FunctionDefinition['decimals'],
  vm: Vm,
): ArgumentWriter {
  const what = `an argument of the lambda`
  const readers = type.parameters.map((parameter) => readerOf(parameter, vm, what))
  const write = writerOf(type.result, vm, decimals)
  let current: Lambda | null = null
  const fn = vm.hostFunctions.newFunction(`lambda${index}`, (count, args) => {
    if (current === null) throw new CallError('a lambda is called after the call that it was handed to')
    const values = readers.map((read, i) => (i < count ? read(args + i * 8) : null))
    const at = vm.memory.enter(1)
    write(current(...values), at)
    const raw = vm.memory.raw[at >> 3]!
    vm.memory.leave(at)
    return raw
  })
  return {
    write(value, at) {
      current = value as Lambda | null
      if (value === null) vm.memory.writeTag(at, TAG.null)
      else vm.memory.raw[at >> 3] = fn
    },
    isOwned: false,
  }
}

// ---- States ------------------------------------------------------------------------------------------------------------------------

function stateCodec(definition: FunctionDefinition, vm: Vm): StateCodec {
  const { state, decimals } = definition
  if (state.length === 0) return new KeptTexts(vm)
  const codec = { write: writerOf(stateType(definition), vm, decimals), read: columnsReader(state, vm, 'the state') }
  return new KeptRows(state, codec, vm)
}

// ---- Rows --------------------------------------------------------------------------------------------------------------------------

const fieldsOf = (columns: readonly FunctionColumn[]) =>
  columns.map(({ name, writtenName, type }) => ({ names: [writtenName, name, name.toLowerCase()], type }))

/** The reader of an object with these columns: a row, or the state of an aggregate. `what`: names it in messages. */
const columnsReader = (columns: readonly FunctionColumn[], vm: Vm, what: string): Reader =>
  structReader(fieldsOf(columns), {
    vm,
    what,
    refuse: (at) => {
      throw new CallError(
        `${what} is ${nameOf(at, vm)}, not an object with ${columns.map(({ writtenName }) => writtenName).join(', ')}`,
      )
    },
  })

function rowsReader({ columns }: FunctionDefinition, vm: Vm): CompiledFunction['readRows'] {
  const row = columns.length === 1 ? readerOf(columns[0]!.type, vm, 'a row') : columnsReader(columns, vm, 'a row')
  return (at, limit) => {
    const slots = vm.memory.enter(3)
    vm.memory.copy(at, slots)
    vm.memory.writeNumber(slots + 8, limit)
    vm.help('collect', 2, slots, slots + 16)
    const rows = readArray(slots + 16, row, vm) ?? []
    vm.memory.freeAt(slots + 16)
    vm.memory.leave(slots)
    return rows
  }
}
