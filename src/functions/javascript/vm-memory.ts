/** The memory of an instance: slots of 8 bytes for arguments and results, and the values in them that need no call of QuickJS. */
import { CallError, OUT_OF_MEMORY, VmBrokenError } from './call-error.ts'
import { DOUBLE_OFFSET, FIRST_TAG, LAST_TAG, type QuickJsExports, REFERENCES, TAG } from './quickjs.ts'

/** Slots for arguments and results, 8 bytes each. */
const SLOT_BYTES = 8
const STACK_SLOTS = 4096
export const SCRATCH_BYTES = 16 * 1024

/** Addresses in the memory of an instance. */
export interface VmLayout {
  readonly context: number
  /** The slots. */
  readonly stack: number
  /** Bytes for texts and the like that are not long. */
  readonly scratch: number
}

/** Throws a VmBrokenError where there is no room. */
export function allocate(bytes: number, exports: QuickJsExports): number {
  const pointer = exports.wasm_malloc(bytes)
  if (pointer === 0) throw new VmBrokenError(OUT_OF_MEMORY)
  return pointer
}

/** The layout of an instance that has just been made. */
export const newLayout = (exports: QuickJsExports): VmLayout => ({
  context: exports.qjs_get_context_ptr(),
  stack: allocate(STACK_SLOTS * SLOT_BYTES, exports),
  scratch: allocate(SCRATCH_BYTES, exports),
})

export class VmMemory {
  i32!: Int32Array
  f64!: Float64Array
  raw!: BigInt64Array
  bytes!: Buffer
  readonly #exports: QuickJsExports
  readonly #context: number
  readonly #stack: number
  readonly #stackEnd: number
  #top: number

  constructor(exports: QuickJsExports, layout: VmLayout) {
    this.#exports = exports
    this.#context = layout.context
    this.#stack = layout.stack
    this.#stackEnd = layout.stack + STACK_SLOTS * SLOT_BYTES
    this.#top = layout.stack
    this.#view()
  }

  /** Follows the memory, which moves when it grows. Call it after whatever may allocate. */
  refresh(): void {
    if (this.i32.length === 0) this.#view()
  }

  #view(): void {
    const { buffer } = this.#exports.memory
    this.i32 = new Int32Array(buffer)
    this.f64 = new Float64Array(buffer)
    this.raw = new BigInt64Array(buffer)
    this.bytes = Buffer.from(buffer)
  }

  get size(): number {
    return this.#exports.memory.buffer.byteLength
  }

  /** Room for `count` values; given back by `leave` with the answer of `enter`. */
  enter(count: number): number {
    const at = this.#top
    this.#top += count * SLOT_BYTES
    if (this.#top > this.#stackEnd) {
      this.#top = at
      throw new CallError(`a call has more than ${STACK_SLOTS} values at a time`)
    }
    return at
  }

  leave(at: number): void {
    this.#top = at
  }

  leaveAll(): void {
    this.#top = this.#stack
  }

  // ---- Values ----------------------------------------------------------------------------------------------------------------------

  /** Copies a value, without the number of 64 bits in between for which V8 would take memory. */
  copy(from: number, to: number): void {
    const { i32 } = this
    i32[to >> 2] = i32[from >> 2]!
    i32[(to >> 2) + 1] = i32[(from >> 2) + 1]!
  }

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
    if (!(high < 0 && high >= FIRST_TAG)) return
    // Only the last reference needs QuickJS.
    const count = (this.i32[at >> 2]! + REFERENCES) >> 2
    if (this.i32[count]! > 1) this.i32[count]!--
    else this.#exports.JS_FreeValue(this.#context, this.raw[at >> 3]!)
  }

  /** Ends the last reference to an object. */
  freeObject(pointer: number): void {
    this.#exports.JS_FreeValue(this.#context, (BigInt(TAG.object) << 32n) | BigInt(pointer))
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
}
