/** Images of instances after their prelude, from which the next ones are made: that takes a tenth of the time of running the prelude again. */
import type { HelperName } from './prelude/prelude.ts'
import type { QuickJsExports, RawValue } from './quickjs.ts'
import type { VmLayout } from './vm-memory.ts'

/** All state of an instance is in its memory and in the pointer to its stack. */
export interface VmImage {
  readonly memory: Uint8Array
  readonly stackPointer: number
  readonly layout: VmLayout
  readonly helpers: Readonly<Record<HelperName, RawValue>>
}

const PAGE_BYTES = 65_536

/** The image of an instance that has run its prelude. */
export const newImage = (exports: QuickJsExports, parts: Pick<VmImage, 'layout' | 'helpers'>): VmImage => ({
  ...parts,
  memory: new Uint8Array(exports.memory.buffer.slice(0)),
  stackPointer: exports.__stack_pointer.value,
})

export function restoreImage(
  { memory, stackPointer }: VmImage,
  { memory: own, __stack_pointer: pointer }: QuickJsExports,
): void {
  own.grow((memory.length - own.buffer.byteLength) / PAGE_BYTES)
  new Uint8Array(own.buffer).set(memory)
  pointer.value = stackPointer
}

/** The images that this thread has made, by whether functions are deterministic. */
export const images = new Map<boolean, VmImage>()
