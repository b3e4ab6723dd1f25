/**
 * The file that keeps sorted runs while a state is restored. It has no name as soon as it is open, so that the system deletes it when the
 * process ends, however that ends.
 */
import { closeSync, ftruncateSync, mkdirSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

export interface RunFile {
  /** Writes behind what is there. Throws what the disk says: an Error whose `code` is ENOSPC if it is full. */
  append(bytes: Uint8Array): void
  /** How many bytes there are. */
  readonly length: number
  /** Fills `bytes` from `position` on. Throws an Error if the file ends before. */
  read(bytes: Uint8Array, position: number): void
  /** Makes it empty. */
  clear(): void
  close(): void
}

const FILE_NAME = 'restore.runs'

/** Opens an empty one on the disk of `directory`, which is made if it is not there. */
export function openRunFile(directory: string): RunFile {
  mkdirSync(directory, { recursive: true })
  const path = join(directory, FILE_NAME)
  const descriptor = openSync(path, 'w+')
  rmSync(path)
  return new OpenRunFile(descriptor)
}

class OpenRunFile implements RunFile {
  length = 0
  readonly #descriptor: number

  constructor(descriptor: number) {
    this.#descriptor = descriptor
  }

  append(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(this.#descriptor, bytes, done, bytes.length - done, this.length + done)
    }
    this.length += bytes.length
  }

  read(bytes: Uint8Array, position: number): void {
    for (let done = 0; done < bytes.length; ) {
      const count = readSync(this.#descriptor, bytes, done, bytes.length - done, position + done)
      if (count === 0) throw new Error('The file of sorted runs ends too early')
      done += count
    }
  }

  clear(): void {
    ftruncateSync(this.#descriptor, 0)
    this.length = 0
  }

  close(): void {
    closeSync(this.#descriptor)
  }
}
