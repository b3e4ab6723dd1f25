/**
 * A sorted run: changes in ascending order of their keys, each key once, in blocks of a file. A block is checked as it is read.
 *
 *   block    length of the entries 4, CRC-32C of the entries 4, entries
 *   entry    length of the key 2, length of the value 4 (a delete: all bits set), key, value
 *
 * Numbers are big-endian.
 */
import { ByteBuffer } from '../../../types/byte-buffer.ts'
import { crc32c } from '../../../types/crc32c.ts'
import type { WriteBatch } from '../write-batch.ts'
import type { KeyRanges } from './key-ranges.ts'
import type { RunFile } from './run-file.ts'

/** A merge holds a block of each run in memory. A larger entry has a block to itself. */
const BLOCK_BYTES = 65_536
const BLOCK_HEAD = 8
const ENTRY_HEAD = 6
const DELETED = 0xffff_ffff

export interface Run {
  /** Bytes of the file: `[start, end)`. */
  readonly start: number
  readonly end: number
  /** All keys lie between these. */
  readonly firstKey: Buffer
  readonly lastKey: Buffer
}

/** Appends a batch that is sorted and deletes no ranges, without its changes of `expired` keys. Null: nothing is left of it. */
export function writeRun(batch: WriteBatch, file: RunFile, expired: KeyRanges): Run | null {
  const start = file.length
  const block = new ByteBuffer(BLOCK_BYTES + 4096)
  let firstKey: Buffer | null = null
  block.position = BLOCK_HEAD
  batch.eachChange((source, keyStart, keyEnd, valueEnd) => {
    if (expired.has(source, keyStart, keyEnd)) return
    firstKey ??= Buffer.from(source.subarray(keyStart, keyEnd))
    const size = ENTRY_HEAD + Math.max(keyEnd, valueEnd) - keyStart
    if (block.position > BLOCK_HEAD && block.position + size > BLOCK_BYTES) endBlock(block, file)
    block.writeUInt16(keyEnd - keyStart)
    block.writeUInt32(valueEnd < 0 ? DELETED : valueEnd - keyEnd)
    // Key and value lie one behind the other.
    block.writeRange(source, keyStart, Math.max(keyEnd, valueEnd))
  })
  if (firstKey === null) return null
  endBlock(block, file)
  return { start, end: file.length, firstKey, lastKey: Buffer.from(batch.lastKey()) }
}

function endBlock(block: ByteBuffer, file: RunFile): void {
  const { buffer, position } = block
  buffer.writeUInt32BE(position - BLOCK_HEAD, 0)
  buffer.writeUInt32BE(crc32c(buffer, BLOCK_HEAD, position), 4)
  file.append(block.since(0))
  block.position = BLOCK_HEAD
}

/** Walks the entries of a run. It stands at none before the first `next`. */
export class RunCursor {
  /** What the entry is in; another one after `next`. */
  buffer = Buffer.alloc(0)
  keyStart = 0
  keyEnd = 0
  /** -1: the entry deletes its key. */
  valueEnd = 0
  /** Orders keys by their first bytes behind those that all have in common, and `tail` by those behind these; equal numbers say nothing. */
  head = 0
  tail = 0
  /** Runs with larger numbers are newer. */
  readonly number: number
  readonly #file: RunFile
  readonly #commonLength: number
  readonly #end: number
  readonly #blockHead = Buffer.alloc(BLOCK_HEAD)
  #memory = Buffer.alloc(0)
  #filePosition: number
  #position = 0

  constructor(file: RunFile, { start, end }: Run, { number, commonLength }: RunPlace) {
    this.#file = file
    this.#filePosition = start
    this.#end = end
    this.number = number
    this.#commonLength = commonLength
  }

  /** Bytes of its run behind the block that it stands in. */
  get bytesLeft(): number {
    return this.#end - this.#filePosition
  }

  /** Moves to the next entry; false: there is none. Throws an Error if the file was damaged. */
  next(): boolean {
    if (this.#position === this.buffer.length && !this.#readBlock()) return false
    const { buffer } = this
    const at = this.#position
    const keyStart = at + ENTRY_HEAD
    const keyEnd = keyStart + ((buffer[at]! << 8) | buffer[at + 1]!)
    const valueLength =
      ((buffer[at + 2]! << 24) | (buffer[at + 3]! << 16) | (buffer[at + 4]! << 8) | buffer[at + 5]!) >>> 0
    this.keyStart = keyStart
    this.keyEnd = keyEnd
    this.valueEnd = valueLength === DELETED ? -1 : keyEnd + valueLength
    this.#position = Math.max(keyEnd, this.valueEnd)
    const unlike = keyStart + this.#commonLength
    this.head = sixBytes(buffer, unlike, keyEnd)
    this.tail = sixBytes(buffer, unlike + 6, keyEnd)
    return true
  }

  #readBlock(): boolean {
    if (this.#filePosition === this.#end) return false
    this.#file.read(this.#blockHead, this.#filePosition)
    const length = this.#blockHead.readUInt32BE(0)
    const next = this.#filePosition + BLOCK_HEAD + length
    if (length === 0 || next > this.#end) throw damaged()
    if (this.#memory.length < length) this.#memory = Buffer.allocUnsafeSlow(Math.max(length, BLOCK_BYTES))
    this.buffer = this.#memory.subarray(0, length)
    this.#file.read(this.buffer, this.#filePosition + BLOCK_HEAD)
    if (crc32c(this.buffer) !== this.#blockHead.readUInt32BE(4)) throw damaged()
    this.#filePosition = next
    this.#position = 0
    return true
  }
}

/** As many bytes of a key as a number holds exactly; those from `end` on count as 0. */
function sixBytes(buffer: Buffer, start: number, end: number): number {
  if (start + 6 <= end) {
    const high = ((buffer[start]! << 16) | (buffer[start + 1]! << 8) | buffer[start + 2]!) >>> 0
    return high * 0x1000000 + ((buffer[start + 3]! << 16) | (buffer[start + 4]! << 8) | buffer[start + 5]!)
  }
  let number = 0
  for (let i = start; i < start + 6; i++) number = number * 256 + (i < end ? buffer[i]! : 0)
  return number
}

export interface RunPlace {
  readonly number: number
  /** How many first bytes all keys have in common. */
  readonly commonLength: number
}

const damaged = (): Error => new Error('A sorted run fails its checksum: the disk did not keep what was written')
