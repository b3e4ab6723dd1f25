/**
 * One QuickJS instance with a memory of its own: calls with a bound on their time, and the raw values that cross. It knows no SQL types.
 *
 * A call that is over its time is interrupted by QuickJS between two steps of its interpreter. What no step ends - a loop within one
 * function of the language - is left by an exception through WebAssembly (`VmBrokenError`), after which this instance is of no use.
 */
import { messageOf } from '../../errors.ts'
import { HELPERS, type HelperName, preludeSource } from './prelude.ts'
import {
  DOUBLE_OFFSET,
  EVAL_MODULE,
  FIRST_TAG,
  LAST_TAG,
  type QuickJsExports,
  quickJsModule,
  type RawValue,
  TAG,
  UNDEFINED,
} from './quickjs.ts'

export interface VmLimits {
  /** Longest time of a call, ms. */
  readonly timeoutMs: number
  /** Memory of the instance, bytes. */
  readonly memoryBytes: number
  readonly stackBytes: number
}

/** What an instance may reach of the host. */
export interface VmHost {
  /** Monotonic, ms. */
  readonly elapsed: () => number
  /** Epoch ms, and a number in [0, 1): of functions that are not deterministic. */
  readonly now: () => number
  readonly random: () => number
  /** Called with each line that the function logs. */
  readonly log: (text: string) => void
}

export interface VmOptions {
  readonly limits: VmLimits
  readonly host: VmHost
  readonly isDeterministic: boolean
}

/** What the user's code threw, or why it was stopped. The message names no function yet. */
export class CallError extends Error {
  override readonly name = 'CallError'

  constructor(message: string) {
    super(message)
    // It may be raised for each record, and the stack says nothing about the data.
    delete this.stack
  }
}

/** The instance cannot be used any more. */
export class VmBrokenError extends CallError {}

/** A function of the host as the sandbox calls it: `count` arguments lie at `args`; the result is owned by the caller. */
export type HostFunction = (count: number, args: number) => RawValue

/** Slots for arguments and results, 8 bytes each. */
const SLOT_BYTES = 8
const STACK_SLOTS = 4096
const SCRATCH_BYTES = 16 * 1024

/** A loop within the language itself is given up after so many times the time of a call; below that it may still end by itself. */
const GIVE_UP_AFTER = 1.2

/** Time for the prelude, which is not the user's code, on a machine that has much else to do; ms. */
const PRELUDE_MS = 30_000

/** WASI's `ERRNO_NOSYS`. */
const NOT_THERE = 52

/** An instance after its prelude, from which the next ones are made: that takes a tenth of the time of running the prelude again. */
interface Image {
  readonly memory: Uint8Array
  readonly stackPointer: number
  readonly context: number
  readonly stack: number
  readonly scratch: number
  readonly helpers: Readonly<Record<HelperName, RawValue>>
}

/** The images that this thread has made, by whether functions are deterministic. */
const images = new Map<boolean, Image>()

const PAGE_BYTES = 65_536

/** All state of an instance is in its memory and in the pointer to its stack. */
function restoreImage(
  { memory, stackPointer }: Image,
  { memory: own, __stack_pointer: pointer }: QuickJsExports,
): void {
  own.grow((memory.length - own.buffer.byteLength) / PAGE_BYTES)
  new Uint8Array(own.buffer).set(memory)
  pointer.value = stackPointer
}

export class Vm {
  readonly exports: QuickJsExports
  readonly context: number
  readonly helpers: Readonly<Record<HelperName, RawValue>>
  i32!: Int32Array
  f64!: Float64Array
  raw!: BigInt64Array
  bytes!: Buffer
  /** Why the instance is of no use any more; null: it is. */
  broken: string | null = null
  readonly #options: VmOptions
  readonly #functions = new Map<string, HostFunction>()
  readonly #stack: number
  readonly #scratch: number
  #top: number
  #depth = 0
  /** Number of the outermost call that runs or ran last, of that in which the clock was last read, and of the last one that was stopped. */
  #call = 0
  #interruptedCall = -1
  #timedCall = -1
  #startedAt = 0
  /** The time-out of the call that runs. */
  #timeoutMs: number

  constructor(options: VmOptions) {
    this.#options = options
    const { limits, isDeterministic } = options
    this.#timeoutMs = limits.timeoutMs
    const instance = new WebAssembly.Instance(quickJsModule(), this.#imports())
    this.exports = instance.exports as unknown as QuickJsExports
    this.#functions.set('hostLog', (count, args) => this.#log(count, args))
    this.#functions.set('hostRandom', () => this.#newNumber(options.host.random()))
    const image = images.get(isDeterministic)
    if (image !== undefined) {
      restoreImage(image, this.exports)
      this.context = image.context
      this.#stack = image.stack
      this.#scratch = image.scratch
      this.helpers = image.helpers
      this.#top = this.#stack
      this.refresh()
    } else {
      this.exports._initialize()
      if (this.exports.qjs_init() !== 0) throw new Error('The JavaScript sandbox cannot be created')
      this.context = this.exports.qjs_get_context_ptr()
      this.#stack = this.#allocate(STACK_SLOTS * SLOT_BYTES)
      this.#scratch = this.#allocate(SCRATCH_BYTES)
      this.#top = this.#stack
      this.refresh()
      this.exports.qjs_set_interrupt_handler(1)
      this.exports.qjs_set_module_loader(1)
      this.#checkLayout()
      this.#defineGlobal('hostLog')
      if (!isDeterministic) this.#defineGlobal('hostRandom')
      this.helpers = this.#runPrelude(isDeterministic)
      const { context, helpers } = this
      images.set(isDeterministic, {
        memory: Uint8Array.from(this.bytes),
        stackPointer: this.exports.__stack_pointer.value,
        ...{ context, helpers, stack: this.#stack, scratch: this.#scratch },
      })
    }
    this.exports.qjs_set_memory_limit(limits.memoryBytes)
    this.exports.qjs_set_max_stack_size(limits.stackBytes)
  }

  // ---- Memory ----------------------------------------------------------------------------------------------------------------------

  /** Follows the memory, which moves when it grows. Call it after whatever may allocate. */
  refresh(): void {
    if (this.i32 !== undefined && this.i32.length > 0) return
    const { buffer } = this.exports.memory
    this.i32 = new Int32Array(buffer)
    this.f64 = new Float64Array(buffer)
    this.raw = new BigInt64Array(buffer)
    this.bytes = Buffer.from(buffer)
  }

  get memoryBytes(): number {
    return this.exports.memory.buffer.byteLength
  }

  #allocate(bytes: number): number {
    const pointer = this.exports.wasm_malloc(bytes)
    if (pointer === 0) throw new VmBrokenError(OUT_OF_MEMORY)
    return pointer
  }

  /** Room for `count` values; given back by `leave` with the answer of `enter`. */
  enter(count: number): number {
    const at = this.#top
    this.#top += count * SLOT_BYTES
    if (this.#top > this.#stack + STACK_SLOTS * SLOT_BYTES) {
      this.#top = at
      throw new CallError(`a call has more than ${STACK_SLOTS} values at a time`)
    }
    return at
  }

  leave(at: number): void {
    this.#top = at
  }

  /** Runs `use` with the address of `length` free bytes. */
  withBytes<Result>(length: number, use: (pointer: number) => Result): Result {
    if (length <= SCRATCH_BYTES) return use(this.#scratch)
    const pointer = this.#allocate(length)
    this.refresh()
    try {
      return use(pointer)
    } finally {
      if (this.broken === null) this.exports.wasm_free(pointer)
    }
  }

  // ---- Raw values ------------------------------------------------------------------------------------------------------------------

  /** Tag of the value at `at`; null: a double. */
  tagAt(at: number): number | null {
    const high = this.i32[(at >> 2) + 1]!
    return high >= FIRST_TAG && high <= LAST_TAG ? high : null
  }

  isTextAt(at: number): boolean {
    const tag = this.tagAt(at)
    return tag === TAG.string || tag === TAG.rope
  }

  /** Ends the reference that is held at `at`. */
  freeAt(at: number): void {
    const high = this.i32[(at >> 2) + 1]!
    if (high < 0 && high >= FIRST_TAG) this.exports.JS_FreeValue(this.context, this.raw[at >> 3]!)
  }

  /** A reference of its own to what is at `at`. */
  keepAt(at: number): RawValue {
    return this.exports.JS_DupValue(this.context, this.raw[at >> 3]!)
  }

  /** Stores a value that the instance made; throws a CallError for an exception. */
  store(at: number, value: RawValue): void {
    this.refresh()
    this.raw[at >> 3] = value
    if (this.i32[(at >> 2) + 1] === TAG.exception) throw this.#exception()
  }

  writeNumber(at: number, value: number): void {
    const index = at >> 2
    if ((value | 0) === value && (value !== 0 || 1 / value > 0)) {
      this.i32[index] = value
      this.i32[index + 1] = TAG.int
    } else {
      this.f64[at >> 3] = Number.isNaN(value) ? Number.NaN : value
      this.i32[index + 1] = this.i32[index + 1]! - DOUBLE_OFFSET
    }
  }

  writeTag(at: number, tag: number, low = 0): void {
    this.i32[at >> 2] = low
    this.i32[(at >> 2) + 1] = tag
  }

  readDouble(at: number): number {
    const index = (at >> 2) + 1
    const high = this.i32[index]!
    this.i32[index] = high + DOUBLE_OFFSET
    const value = this.f64[at >> 3]!
    this.i32[index] = high
    return value
  }

  writeText(at: number, text: string): void {
    const { length } = text
    this.withBytes(length * 3, (pointer) => {
      const { bytes } = this
      let size = 0
      for (; size < length && size < SHORT_TEXT; size++) {
        const code = text.charCodeAt(size)
        if (code > 127) break
        bytes[pointer + size] = code
      }
      if (size < length) size = bytes.utf8Write(text, pointer, length * 3)
      this.store(at, this.exports.JS_NewStringLen(this.context, pointer, size))
    })
  }

  /** The text of a value that is a string. */
  readText(value: RawValue): string {
    const at = this.enter(1)
    const pointer = this.exports.JS_ToCStringLen2(this.context, at, value, 0)
    this.refresh()
    const length = this.i32[at >> 2]!
    this.leave(at)
    if (pointer === 0) throw this.#exception()
    const text =
      length <= SHORT_TEXT ? this.#shortText(pointer, length) : this.bytes.utf8Slice(pointer, pointer + length)
    this.exports.JS_FreeCString(this.context, pointer)
    return text
  }

  #shortText(pointer: number, length: number): string {
    const { bytes } = this
    for (let i = pointer; i < pointer + length; i++) {
      if (bytes[i]! > 127) return bytes.utf8Slice(pointer, pointer + length)
    }
    return bytes.latin1Slice(pointer, pointer + length)
  }

  /** The number of a name, by which properties are read and written. */
  atom(name: string): number {
    const bytes = Buffer.from(name)
    return this.withBytes(bytes.length, (pointer) => {
      this.bytes.set(bytes, pointer)
      return this.exports.JS_NewAtomLen(this.context, pointer, bytes.length)
    })
  }

  #newNumber(value: number): RawValue {
    const at = this.enter(1)
    this.writeNumber(at, value)
    const raw = this.raw[at >> 3]!
    this.leave(at)
    return raw
  }

  // ---- Calls -----------------------------------------------------------------------------------------------------------------------

  /**
   * Runs `work`, in which the user's code may run, as one call with one time. Throws a CallError; a VmBrokenError where the instance did
   * not survive it.
   */
  run<Result>(work: () => Result, timeoutMs = this.#options.limits.timeoutMs): Result {
    if (this.broken !== null) throw new VmBrokenError(this.broken)
    this.#timeoutMs = timeoutMs
    this.begin()
    try {
      return work()
    } catch (error) {
      throw this.failure(error)
    } finally {
      this.end()
      this.#timeoutMs = this.#options.limits.timeoutMs
    }
  }

  /** The begin and the end of `run`, for callers that must not allocate. */
  begin(): void {
    if (this.#depth++ === 0) this.#call++
  }

  /** Time since the outermost call began, ms; 0 for one that was too short to look at the clock. */
  get callMs(): number {
    return this.#timedCall === this.#call ? this.#options.host.elapsed() - this.#startedAt : 0
  }

  /** Whether the outermost call was stopped. */
  get isInterrupted(): boolean {
    return this.#interruptedCall === this.#call || this.broken !== null
  }

  end(): void {
    if (--this.#depth === 0) this.#top = this.#stack
  }

  /** What is thrown for an error within a call. Anything that is not a CallError came through WebAssembly, which then is left half done. */
  failure(error: unknown): CallError {
    if (error instanceof VmBrokenError) this.broken ??= error.message
    if (error instanceof CallError) return error
    this.broken = error instanceof RangeError ? 'the stack is full' : `the sandbox has failed: ${messageOf(error)}`
    return new VmBrokenError(this.broken)
  }

  /** Calls `fn` with `count` arguments at `args`; its result, which is owned by the caller, is stored at `result`. Throws a CallError. */
  call(fn: RawValue, count: number, args: number, result: number): void {
    const value = this.exports.JS_Call(this.context, fn, UNDEFINED, count, args)
    if (this.i32.length === 0) this.refresh()
    this.raw[result >> 3] = value
    if (this.i32[(result >> 2) + 1] === TAG.exception) throw this.#exception()
  }

  /** Calls a helper with the values at `args`. */
  help(name: HelperName, count: number, args: number, result: number): void {
    this.call(this.helpers[name], count, args, result)
  }

  /** Runs what promises have left to do. Jobs may not pile up from call to call. */
  runJobs(): void {
    while (this.exports.qjs_is_job_pending() !== 0) {
      const done = this.exports.qjs_execute_pending_job()
      this.refresh()
      if (done < 0) this.#exception()
    }
  }

  /**
   * Evaluates `code` as a script; the value is owned by the caller. `name` stands in the places of errors. Throws a CallError.
   */
  evaluate(code: string, name: string): RawValue {
    return this.#evaluate(code, name, 0)
  }

  /** Evaluates `code` as a module and gives its namespace. */
  evaluateModule(code: string, name: string): RawValue {
    const promise = this.#evaluate(code, name, EVAL_MODULE)
    this.runJobs()
    const at = this.enter(1)
    this.raw[at >> 3] = promise
    const state = this.exports.qjs_promise_state(at)
    if (state === PENDING) throw new CallError('the module waits for something that never comes')
    const settled = this.exports.qjs_promise_result(at)
    this.refresh()
    const value = this.raw[settled >> 3]!
    this.exports.wasm_free(settled)
    this.leave(at)
    if (state === REJECTED) throw new CallError(this.describe(value))
    return value
  }

  #evaluate(code: string, name: string, flags: number): RawValue {
    const text = Buffer.from(`${code}\0`)
    const file = Buffer.from(`${name}\0`)
    const pointer = this.#allocate(text.length + file.length)
    this.refresh()
    this.bytes.set(text, pointer)
    this.bytes.set(file, pointer + text.length)
    const boxed = this.exports.qjs_eval(pointer, text.length - 1, pointer + text.length, flags)
    this.exports.wasm_free(pointer)
    return this.#unbox(boxed)
  }

  /** The value of a pointer that a `qjs_` function gave. */
  #unbox(boxed: number): RawValue {
    this.refresh()
    const value = this.raw[boxed >> 3]!
    const isException = this.i32[(boxed >> 2) + 1] === TAG.exception
    this.exports.wasm_free(boxed)
    if (isException) throw this.#exception()
    return value
  }

  // ---- Errors ----------------------------------------------------------------------------------------------------------------------

  /** The exception that is pending, as an error of the host. */
  #exception(): CallError {
    const boxed = this.exports.qjs_get_exception()
    this.refresh()
    const value = this.#unbox(boxed)
    if (this.#interruptedCall === this.#call) {
      this.exports.JS_FreeValue(this.context, value)
      return new CallError(this.#overtime())
    }
    const message = this.describe(value)
    return message.includes(OUT_OF_MEMORY)
      ? new VmBrokenError(`needs more memory than ${this.#megabytes()}`)
      : new ThrownError(message, this.lastWasSyntaxError)
  }

  lastWasSyntaxError = false

  /** One line on a thrown value, which is freed. */
  describe(value: RawValue): string {
    // The prelude, which describes values, failed itself.
    if (this.helpers === undefined) return this.readText(value)
    const at = this.enter(2)
    this.raw[at >> 3] = value
    this.lastWasSyntaxError = false
    try {
      const described = this.exports.JS_Call(this.context, this.helpers.describe, UNDEFINED, 1, at)
      this.refresh()
      this.raw[(at >> 3) + 1] = described
      if (!this.isTextAt(at + SLOT_BYTES)) {
        this.exports.JS_FreeValue(this.context, described)
        return this.#interruptedCall === this.#call ? this.#overtime() : 'threw a value that has no text'
      }
      const text = this.readText(described)
      this.exports.JS_FreeValue(this.context, described)
      this.lastWasSyntaxError = text.startsWith('SyntaxError')
      return text
    } finally {
      this.exports.JS_FreeValue(this.context, value)
      this.leave(at)
    }
  }

  #overtime = (): string => `takes longer than ${this.#timeoutMs} ms`
  #megabytes = (): string => `${Math.round(this.#options.limits.memoryBytes / 2 ** 20)} MB`

  // ---- The host --------------------------------------------------------------------------------------------------------------------

  /** A function that calls the host; it is owned by the caller. */
  newFunction(name: string, fn: HostFunction): RawValue {
    this.#functions.set(name, fn)
    const bytes = Buffer.from(name)
    return this.withBytes(bytes.length, (pointer) => {
      this.bytes.set(bytes, pointer)
      return this.#unbox(this.exports.qjs_new_host_function(pointer, bytes.length, 0))
    })
  }

  #defineGlobal(name: string): void {
    const value = this.newFunction(name, this.#functions.get(name)!)
    const at = this.enter(1)
    this.raw[at >> 3] = value
    const global = this.exports.qjs_get_global()
    const bytes = Buffer.from(`${name}\0`)
    this.withBytes(bytes.length, (pointer) => {
      this.bytes.set(bytes, pointer)
      this.exports.qjs_set_prop_string(global, pointer, at)
    })
    this.exports.qjs_free_value(global)
    this.leave(at)
    this.refresh()
  }

  #imports(): WebAssembly.Imports {
    return {
      env: {
        host_call: (name: number, length: number, _self: number, count: number, args: number) =>
          this.#hostCall(name, length, count, args),
        host_interrupt: () => this.#interrupt(),
        host_get_timezone_offset: () => 0,
        host_promise_rejection: () => {},
        // No module is there to be imported.
        host_module_normalize: () => this.#refuseImport(),
        host_module_load: () => this.#refuseImport(),
      },
      wasi_snapshot_preview1: {
        clock_time_get: (_clock: number, _precision: bigint, result: number) => {
          const now = this.#options.isDeterministic ? 0 : this.#options.host.now()
          new DataView(this.exports.memory.buffer).setBigUint64(result, BigInt(Math.trunc(now)) * 1_000_000n, true)
          return 0
        },
        // Seeds hash tables and Math.random, which the prelude replaces.
        random_get: (pointer: number, length: number) => {
          new Uint8Array(this.exports.memory.buffer, pointer, length).fill(1)
          return 0
        },
        fd_close: () => NOT_THERE,
        fd_fdstat_get: () => NOT_THERE,
        fd_seek: () => NOT_THERE,
        fd_write: () => NOT_THERE,
      },
    }
  }

  /** Called by QuickJS once in some thousand steps; 1 stops the call. */
  #interrupt(): number {
    if (this.#timedCall !== this.#call) {
      this.#timedCall = this.#call
      this.#startedAt = this.#options.host.elapsed()
      return 0
    }
    const ms = this.#options.host.elapsed() - this.#startedAt
    const timeoutMs = this.#timeoutMs
    if (ms < timeoutMs) return 0
    // The interpreter ends the call when it gets 1. A loop of the language itself does not, and comes here again.
    if (ms >= timeoutMs * GIVE_UP_AFTER) throw new VmBrokenError(this.#overtime())
    this.#interruptedCall = this.#call
    return 1
  }

  #hostCall(name: number, length: number, count: number, args: number): number {
    this.refresh()
    const fn = this.#functions.get(this.bytes.latin1Slice(name, name + length))!
    const at = this.enter(1)
    try {
      const pointers = args >> 2
      const values = this.enter(count)
      for (let i = 0; i < count; i++) this.raw[(values >> 3) + i] = this.raw[this.i32[pointers + i]! >> 3]!
      this.raw[at >> 3] = fn(count, values)
      return this.#box(at)
    } catch (error) {
      if (error instanceof VmBrokenError || !(error instanceof Error)) throw error
      // The sandbox sees the error as one of its own.
      this.writeText(at, messageOf(error))
      this.exports.qjs_throw(this.#box(at))
      return 0
    } finally {
      this.leave(at)
    }
  }

  /** The value at `at` in a box of its own, which QuickJS frees. */
  #box(at: number): number {
    const box = this.exports.qjs_new_number(0)
    this.refresh()
    this.raw[box >> 3] = this.raw[at >> 3]!
    return box
  }

  #log(count: number, args: number): RawValue {
    if (count > 0 && this.isTextAt(args)) this.#options.host.log(this.readText(this.raw[args >> 3]!))
    return UNDEFINED
  }

  #refuseImport(): number {
    const at = this.enter(1)
    this.writeText(at, 'a function cannot import: bundle what it needs (millrace functions apply does)')
    this.exports.qjs_throw(at)
    this.freeAt(at)
    this.leave(at)
    return 0
  }

  // ---- Start -----------------------------------------------------------------------------------------------------------------------

  #runPrelude(isDeterministic: boolean): Readonly<Record<HelperName, RawValue>> {
    return this.run(() => {
      const object = this.#evaluate(preludeSource(isDeterministic), 'prelude.js', 0)
      const helper = (name: string) => this.exports.JS_GetProperty(this.context, object, this.atom(name))
      const helpers = Object.fromEntries(HELPERS.map((name) => [name, helper(name)]))
      this.refresh()
      return helpers as Record<HelperName, RawValue>
    }, PRELUDE_MS)
  }

  /** Another build of QuickJS might lay values out differently, and would then read garbage. */
  #checkLayout(): void {
    const at = this.enter(1)
    for (const value of [0, -1, 1.5, -2.5e300, Number.NaN, Number.NEGATIVE_INFINITY]) {
      this.writeNumber(at, value)
      if (this.evaluate(`(${value})`, 'layout.js') !== this.raw[at >> 3]) {
        throw new Error('This build of QuickJS has another layout of values')
      }
    }
    this.leave(at)
  }
}

/** Thrown by the user's code. */
export class ThrownError extends CallError {
  readonly isSyntaxError: boolean

  constructor(message: string, isSyntaxError: boolean) {
    super(message)
    this.isSyntaxError = isSyntaxError
  }
}

const OUT_OF_MEMORY = 'out of memory'

/** Up to this length a loop is faster than a call. */
const SHORT_TEXT = 32

/** `JSPromiseStateEnum` of quickjs.h. */
const PENDING = 0
const REJECTED = 2
