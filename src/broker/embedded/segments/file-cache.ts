/** Open files of one thread, at most a fixed number: a log may have more segments than a process may have open files. */

import { closeSync, openSync } from 'node:fs'

/** Enough for the outputs of a thousand queries; Node raises the soft limit of its process to the hard one, which is rarely below 4,096. */
const MAX_OPEN_FILES = 1_024

export class FileCache {
  /** In order of last use. */
  readonly #descriptors = new Map<string, number>()

  /**
   * Descriptor of an existing file, for reading and writing. Valid until the next call that can open a file: use it at once.
   * Throws Node's error if the file is not there.
   */
  open(path: string): number {
    const known = this.#descriptors.get(path)
    const descriptor = known ?? openSync(path, 'r+')
    if (known !== undefined) this.#descriptors.delete(path)
    this.#descriptors.set(path, descriptor)
    if (this.#descriptors.size > MAX_OPEN_FILES) this.#close(this.#descriptors.keys().next().value!)
    return descriptor
  }

  /** Closes the files below a directory: they were replaced or removed. */
  forget(directory: string): void {
    for (const path of [...this.#descriptors.keys()]) if (path.startsWith(directory)) this.#close(path)
  }

  close(): void {
    this.forget('')
  }

  #close(path: string): void {
    closeSync(this.#descriptors.get(path)!)
    this.#descriptors.delete(path)
  }
}
