/** One QuickJS instance with a memory of its own: its code and its calls, and the texts that cross. It knows no SQL types. */
import { messageOf } from '../../errors.ts'
import { CallError, OUT_OF_MEMORY, ThrownError, VmBrokenError } from './call-error.ts'
import { CallTimer } from './call-timer.ts'
import { HostFunctions } from './host-functions.ts'
import { HELPERS, type HelperName, preludeSource } from './prelude/prelude.ts'
import { EVAL_MODULE, type QuickJsExports, quickJsModule, type RawValue, TAG, UNDEFINED } from './quickjs.ts'
import { HEAP_SAMPLE, VmHeap } from './vm-heap.ts'
import { images, newImage, restoreImage } from './vm-image.ts'
import { vmImports } from './vm-imports.ts'
import { allocate, newLayout, SCRATCH_BYTES, VmMemory } from './vm-memory.ts'

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
  /** Epoch ms, and a number in [0, 1), for functions that are not deterministic. */
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

export class Vm {
  readonly exports: QuickJsExports
  readonly context: number
  readonly memory: VmMemory
  readonly heap: VmHeap
  readonly timer: CallTimer
  readonly hostFunctions: HostFunctions
  readonly helpers: Readonly<Record<HelperName, RawValue>>
  /** Why the instance is of no use any more; null: it is. */
  broken: string | null = null
  readonly #options: VmOptions
  readonly #scratch: number

  constructor(options: VmOptions) {
    this.#options = options
    const { limits, host, isDeterministic } = options
    this.timer = new CallTimer({ elapsed: host.elapsed, timeoutMs: limits.timeoutMs })
    this.hostFunctions = new HostFunctions(this, host)
    this.exports = this.#instantiate()
    const image = images.get(isDeterministic)
    if (image !== undefined) restoreImage(image, this.exports)
    else initialize(this.exports)
    const layout = image?.layout ?? newLayout(this.exports)
    this.context = layout.context
    this.#scratch = layout.scratch
    this.memory = new VmMemory(this.exports, layout)
    this.heap = new VmHeap(this.memory)
    this.helpers = image?.helpers ?? this.#start()
    if (image === undefined) images.set(isDeterministic, newImage(this.exports, { layout, helpers: this.helpers }))
    this.exports.qjs_set_memory_limit(limits.memoryBytes)
    this.exports.qjs_set_max_stack_size(limits.stackBytes)
  }

  #instantiate(): QuickJsExports {
    const { host, isDeterministic } = this.#options
    const { hostFunctions } = this
    const imports = vmImports({
      memory: () => this.exports.memory,
      now: isDeterministic ? () => 0 : host.now,
      call: (name, length, count, args) => hostFunctions.call(name, length, count, args),
      interrupt: () => this.timer.check(),
      refuseImport: () => hostFunctions.refuseImport(),
    })
    return new WebAssembly.Instance(quickJsModule(), imports).exports as unknown as QuickJsExports
  }

  // ---- Raw values ------------------------------------------------------------------------------------------------------------------

  /** Stores a value that the instance made; throws a CallError for an exception. */
  store(at: number, value: RawValue): void {
    const { memory } = this
    memory.refresh()
    memory.raw[at >> 3] = value
    if (memory.i32[(at >> 2) + 1] === TAG.exception) throw this.#exception()
  }

  /** Runs `use` with the address of `length` free bytes. */
  withBytes<Result>(length: number, use: (pointer: number) => Result): Result {
    if (length <= SCRATCH_BYTES) return use(this.#scratch)
    const pointer = allocate(length, this.exports)
    this.memory.refresh()
    try {
      return use(pointer)
    } finally {
      if (this.broken === null) this.exports.wasm_free(pointer)
    }
  }

  /** Runs `use` with the address and the length of the text, in UTF-8. */
  withText<Result>(text: string, use: (pointer: number, length: number) => Result): Result {
    const bytes = Buffer.from(text)
    return this.withBytes(bytes.length, (pointer) => {
      this.memory.bytes.set(bytes, pointer)
      return use(pointer, bytes.length)
    })
  }

  writeText(at: number, text: string): void {
    const { length } = text
    this.withBytes(length * 3, (pointer) => {
      const { bytes } = this.memory
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

  /** The text of the string at `at`. */
  readText(at: number): string {
    return this.heap.textAt(at) ?? this.#convertedText(at)
  }

  #convertedText(at: number): string {
    const { exports, context, memory } = this
    const size = memory.enter(1)
    const pointer = exports.JS_ToCStringLen2(context, size, memory.raw[at >> 3]!, 0)
    memory.refresh()
    const length = memory.i32[size >> 2]!
    memory.leave(size)
    if (pointer === 0) throw this.#exception()
    const text = memory.bytes.utf8Slice(pointer, pointer + length)
    exports.JS_FreeCString(context, pointer)
    return text
  }

  /** The number of a name, by which properties are read and written. */
  atom(name: string): number {
    return this.withText(name, (pointer, length) => this.exports.JS_NewAtomLen(this.context, pointer, length))
  }

  // ---- Calls -----------------------------------------------------------------------------------------------------------------------

  /**
   * Runs `work`, in which the user's code may run, as one call with one time. Throws a CallError; a VmBrokenError where the instance did
   * not survive it.
   */
  run<Result>(work: () => Result, timeoutMs = this.#options.limits.timeoutMs): Result {
    if (this.broken !== null) throw new VmBrokenError(this.broken)
    this.timer.begin()
    try {
      return this.timer.run(work, timeoutMs)
    } catch (error) {
      throw this.failure(error)
    } finally {
      this.end()
    }
  }

  /** Ends what `timer.begin` began, for callers that must not allocate as `run` does. */
  end(): void {
    if (this.timer.end()) this.memory.leaveAll()
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
    const { memory } = this
    const value = this.exports.JS_Call(this.context, fn, UNDEFINED, count, args)
    if (memory.i32.length === 0) memory.refresh()
    memory.raw[result >> 3] = value
    if (memory.i32[(result >> 2) + 1] === TAG.exception) throw this.#exception()
  }

  /** Calls a helper with the values at `args`. */
  help(name: HelperName, count: number, args: number, result: number): void {
    this.call(this.helpers[name], count, args, result)
  }

  /** Runs what promises have left to do. Jobs may not pile up from call to call. */
  runJobs(): void {
    while (this.exports.qjs_is_job_pending() !== 0) {
      const done = this.exports.qjs_execute_pending_job()
      this.memory.refresh()
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
    const at = this.memory.enter(1)
    this.memory.raw[at >> 3] = promise
    const state = this.exports.qjs_promise_state(at)
    if (state === PENDING) throw new CallError('the module waits for something that never comes')
    const settled = this.exports.qjs_promise_result(at)
    this.memory.refresh()
    const value = this.memory.raw[settled >> 3]!
    this.exports.wasm_free(settled)
    this.memory.leave(at)
    if (state === REJECTED) throw new CallError(this.describe(value))
    return value
  }

  #evaluate(code: string, name: string, flags: number): RawValue {
    const text = Buffer.from(`${code}\0`)
    const file = Buffer.from(`${name}\0`)
    const pointer = allocate(text.length + file.length, this.exports)
    this.memory.refresh()
    this.memory.bytes.set(text, pointer)
    this.memory.bytes.set(file, pointer + text.length)
    const boxed = this.exports.qjs_eval(pointer, text.length - 1, pointer + text.length, flags)
    this.exports.wasm_free(pointer)
    return this.unbox(boxed)
  }

  /** The value of a pointer that a `qjs_` function gave. */
  unbox(boxed: number): RawValue {
    this.memory.refresh()
    const value = this.memory.raw[boxed >> 3]!
    const isException = this.memory.i32[(boxed >> 2) + 1] === TAG.exception
    this.exports.wasm_free(boxed)
    if (isException) throw this.#exception()
    return value
  }

  // ---- Errors ----------------------------------------------------------------------------------------------------------------------

  /** The exception that is pending, as an error of the host. */
  #exception(): CallError {
    const boxed = this.exports.qjs_get_exception()
    this.memory.refresh()
    const value = this.unbox(boxed)
    if (this.timer.isStopped) {
      this.exports.JS_FreeValue(this.context, value)
      return new CallError(this.timer.overtime)
    }
    const message = this.describe(value)
    return message.includes(OUT_OF_MEMORY)
      ? new VmBrokenError(`needs more memory than ${Math.round(this.#options.limits.memoryBytes / 2 ** 20)} MB`)
      : new ThrownError(message)
  }

  /** One line on a thrown value, which is freed. */
  describe(value: RawValue): string {
    const at = this.memory.enter(2)
    this.memory.raw[at >> 3] = value
    try {
      // The prelude, which describes values, failed itself.
      if (this.helpers === undefined) return this.#convertedText(at)
      const described = this.exports.JS_Call(this.context, this.helpers.describe, UNDEFINED, 1, at)
      this.memory.refresh()
      this.memory.raw[(at >> 3) + 1] = described
      if (!this.memory.isTextAt(at + 8)) {
        this.exports.JS_FreeValue(this.context, described)
        return this.timer.isStopped ? this.timer.overtime : 'threw a value that has no text'
      }
      const text = this.readText(at + 8)
      this.exports.JS_FreeValue(this.context, described)
      return text
    } finally {
      this.exports.JS_FreeValue(this.context, value)
      this.memory.leave(at)
    }
  }

  // ---- Start -----------------------------------------------------------------------------------------------------------------------

  /** What an image holds the result of: the globals of the host, and the prelude. */
  #start(): Readonly<Record<HelperName, RawValue>> {
    const { isDeterministic } = this.#options
    this.exports.qjs_set_interrupt_handler(1)
    this.exports.qjs_set_module_loader(1)
    this.#checkLayout()
    this.hostFunctions.defineGlobal('hostLog')
    if (!isDeterministic) this.hostFunctions.defineGlobal('hostRandom')
    return this.run(() => {
      const object = this.evaluate(preludeSource(isDeterministic), 'prelude.js')
      const helper = (name: string) => this.exports.JS_GetProperty(this.context, object, this.atom(name))
      const helpers = Object.fromEntries(HELPERS.map((name) => [name, helper(name)]))
      this.memory.refresh()
      return helpers as Record<HelperName, RawValue>
    }, PRELUDE_MS)
  }

  /** Another build of QuickJS might lay values and objects out differently, and would then read garbage. */
  #checkLayout(): void {
    const { memory } = this
    const at = memory.enter(1)
    for (const value of [0, -1, 1.5, -2.5e300, Number.NaN, Number.NEGATIVE_INFINITY]) {
      memory.writeNumber(at, value)
      if (this.evaluate(`(${value})`, 'layout.js') !== memory.raw[at >> 3]) throw new Error(OTHER_LAYOUT)
    }
    this.store(at, this.evaluate(`(${HEAP_SAMPLE})`, 'layout.js'))
    if (!this.heap.isSample(memory.i32[at >> 2]!)) throw new Error(OTHER_LAYOUT)
    memory.freeAt(at)
    memory.leave(at)
  }
}

const OTHER_LAYOUT = 'This build of QuickJS has another layout of values'

/** Time for the prelude, which is not the user's code, on a machine that has much else to do; ms. */
const PRELUDE_MS = 30_000

function initialize(exports: QuickJsExports): void {
  exports._initialize()
  if (exports.qjs_init() !== 0) throw new Error('The JavaScript sandbox cannot be created')
}

/** Up to this length a loop is faster than a call. */
const SHORT_TEXT = 32

/** `JSPromiseStateEnum` of quickjs.h. */
const PENDING = 0
const REJECTED = 2
