/**
 * QuickJS as a WebAssembly module: what of it is used, and how its values lie in memory.
 *
 * A JSValue has 64 bits (quickjs-ng, `JS_NAN_BOXING`): the upper half is a tag for all but doubles; a double is its IEEE bits with
 * `DOUBLE_OFFSET` taken from the upper half, which makes room for the tags above all doubles. Objects, strings and large bigints are pointers
 * with a count of references. Numbers, booleans and short bigints can therefore be written and read without a call.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { metered } from './meter.ts'

/** A JSValue as it crosses in calls. */
export type RawValue = bigint

/** Upper halves of JSValues. Those below zero are counted references. */
export const TAG = {
  bigInt: -9,
  symbol: -8,
  string: -7,
  /** A string of several parts. */
  rope: -6,
  object: -1,
  int: 0,
  boolean: 1,
  null: 2,
  undefined: 3,
  exception: 6,
  shortBigInt: 7,
} as const

export const FIRST_TAG = TAG.bigInt
export const LAST_TAG = TAG.shortBigInt

/** What the upper half of a double has less in memory. */
export const DOUBLE_OFFSET = 0x7ff8000a

/** Where the count of references of an object, a string or a large bigint lies, in bytes from its pointer. */
export const REFERENCES = -4

export const UNDEFINED: RawValue = BigInt(TAG.undefined) << 32n

/** The functions that are used. Pointers and lengths are numbers; `qjs_` functions give pointers to JSValues. */
export interface QuickJsExports {
  readonly memory: WebAssembly.Memory
  readonly __stack_pointer: WebAssembly.Global
  _initialize(): void
  qjs_init(): number
  qjs_get_context_ptr(): number
  qjs_set_memory_limit(bytes: number): void
  qjs_set_max_stack_size(bytes: number): void
  qjs_set_interrupt_handler(isOn: number): void
  qjs_set_module_loader(isOn: number): void
  qjs_eval(code: number, length: number, name: number, flags: number): number
  qjs_get_exception(): number
  qjs_is_job_pending(): number
  qjs_execute_pending_job(): number
  qjs_promise_state(promise: number): number
  qjs_promise_result(promise: number): number
  qjs_new_host_function(name: number, length: number, options: number): number
  qjs_new_number(value: number): number
  qjs_throw(value: number): number
  qjs_free_value(value: number): void
  qjs_set_prop_string(object: number, name: number, value: number): number
  qjs_get_global(): number
  wasm_malloc(bytes: number): number
  wasm_free(pointer: number): void
  JS_Call(context: number, fn: RawValue, self: RawValue, count: number, args: number): RawValue
  JS_FreeValue(context: number, value: RawValue): void
  JS_NewStringLen(context: number, text: number, length: number): RawValue
  JS_NewBigInt64(context: number, value: bigint): RawValue
  JS_NewUint8ArrayCopy(context: number, bytes: number, length: number): RawValue
  JS_NewArrayFrom(context: number, count: number, values: number): RawValue
  JS_NewObjectFrom(context: number, count: number, names: number, values: number): RawValue
  JS_NewAtomLen(context: number, text: number, length: number): number
  JS_IsArray(value: RawValue): number
  JS_IsFunction(context: number, value: RawValue): number
  JS_IsStrictEqual(context: number, a: RawValue, b: RawValue): number
  JS_GetLength(context: number, object: RawValue, length: number): number
  JS_GetPropertyUint32(context: number, object: RawValue, index: number): RawValue
  JS_GetProperty(context: number, object: RawValue, name: number): RawValue
  JS_ToCStringLen2(context: number, length: number, value: RawValue, isCesu8: number): number
  JS_FreeCString(context: number, text: number): void
  JS_ToBigInt64(context: number, result: number, value: RawValue): number
  JS_GetUint8Array(context: number, length: number, value: RawValue): number
  JS_GetTypedArrayType(value: RawValue): number
}

/** `JS_TYPED_ARRAY_UINT8` of quickjs.h, as `JS_GetTypedArrayType` gives it. */
export const UINT8_ARRAY = 2

/** `JS_EVAL_TYPE_MODULE` of quickjs.h. */
export const EVAL_MODULE = 1

let compiled: WebAssembly.Module | null = null

/** The module of this thread; compiled when it is first needed, and never loaded by a server without such functions. */
export function quickJsModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(
    metered(readFileSync(createRequire(import.meta.url).resolve('quickjs-wasi/quickjs.wasm')), {
      module: 'env',
      name: 'host_interrupt',
    }),
  )
  return compiled
}
